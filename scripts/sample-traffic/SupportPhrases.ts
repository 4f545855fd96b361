/** Sentences about one ticket category. */
export interface Category {
  /** The wish in plain words. */
  readonly direct: ReadonlyArray<string>
  /** The wish without the words that give the category away. */
  readonly oblique: ReadonlyArray<string>
  /** Mentions the category as something that needs nothing more. */
  readonly settled: ReadonlyArray<string>
  readonly confused: ReadonlyArray<string>
}

export const CATEGORIES: Readonly<Record<string, Category>> = {
  billing: {
    direct: [
      "I was charged twice for {order}.",
      "Why is there a charge of {amount} on my card?",
      "The invoice for {order} shows the wrong amount.",
      "Please send me a corrected invoice with our VAT number.",
      "My payment of {amount} was taken but the receipt never came."
    ],
    oblique: [
      "My bank statement has {amount} leaving on {weekday} and the same again a day after, for one {product}.",
      "Our accountant in {city} cannot book what you sent for {order}: the total there and the total you took differ.",
      "{amount} is gone from my card and I only ever agreed to half of it.",
      "The paper that came with the {product} says {amount}, yet twice that has left us."
    ],
    settled: [
      "The double charge from {month} has been refunded, thank you for that.",
      "I have already paid the invoice, so ignore the reminder.",
      "The card question from last week is sorted."
    ],
    confused: ["returns", "account"]
  },
  shipping: {
    direct: [
      "Where is my parcel? {order} was due {days} days ago.",
      "The tracking for {order} has not moved since {weekday}.",
      "Can you deliver {order} to {city} instead?",
      "The courier says delivered but no package arrived.",
      "How long does shipping of a {product} to {city} take?"
    ],
    oblique: [
      "It has been {days} days and there is still nothing at the door, although the page insists that I hold it in my hands.",
      "My neighbour in {city} signed for something on {weekday}, but it was not what I am waiting for from you.",
      "I will be in {city} from {weekday} on, so the {product} must not go to the old place.",
      "The little map has shown the van outside {city} since {weekday}."
    ],
    settled: [
      "The first parcel did arrive in the end.",
      "Delivery was quick, no complaint there.",
      "The courier has apologised for the late delivery, that is done."
    ],
    confused: ["returns", "account"]
  },
  returns: {
    direct: [
      "I want to return the {product} from {order}.",
      "How do I send back a {product} that does not fit?",
      "Please issue a return label for {order}.",
      "The {product} is not what I expected, I would like my money back.",
      "Can I exchange the {product} for another size?"
    ],
    oblique: [
      "The {product} is perfectly fine, it just is not for us, and the box is by the door waiting for someone to take it.",
      "My sister had already bought me the same {product}, so one of the two has to go the way it came.",
      "I would rather have {amount} again than the {product}, it looks nothing like the picture.",
      "It turned out that the {product} is a size too small. What now?"
    ],
    settled: [
      "The other thing I sent back has been credited already.",
      "I decided to keep the {product} after all.",
      "The exchange you arranged in {month} went well."
    ],
    confused: ["warranty", "billing"]
  },
  technical: {
    direct: [
      "The app crashes when I open my orders (version {version}).",
      "The {product} does not connect to the wifi.",
      "I get error 502 at checkout.",
      "Firmware {version} made the {product} freeze at start.",
      "The {product} will not pair with my phone, how do I set it up?"
    ],
    oblique: [
      "Since the thing updated itself to {version} on {weekday}, the {product} blinks red and ignores me.",
      "I press the button, the wheel turns, and {days} minutes later I am still looking at the wheel.",
      "The {product} works next to the window and is deaf two rooms away. What do I have to change?",
      "Everything I type into the form is gone as soon as I press continue."
    ],
    settled: [
      "The crash is gone since version {version}.",
      "The setup problem solved itself after a restart.",
      "The error page from {weekday} no longer shows."
    ],
    confused: ["warranty", "account"]
  },
  account: {
    direct: [
      "I cannot log in, the password reset mail never arrives.",
      "Please change the e-mail address of my account.",
      "I want to delete my account and all my data.",
      "My account is locked after three attempts.",
      "How do I add {name} as a second user to our account?"
    ],
    oblique: [
      "You still call me by the name I had before the wedding, and your letters go to a mailbox I gave up.",
      "The code you text me goes to a phone that lies at the bottom of the harbour in {city}.",
      "{name} has left our firm and should no longer see what we order.",
      "I would like you to forget that I was ever a customer, everything you hold about me."
    ],
    settled: [
      "I can log in again, so never mind the earlier mail.",
      "My address is updated, I checked.",
      "The password reset worked in the end."
    ],
    confused: ["technical", "billing"]
  },
  warranty: {
    direct: [
      "The {product} broke after {days} months, is it still under warranty?",
      "I would like to claim the warranty on {order}.",
      "The motor of the {product} is defective, please repair it.",
      "Can you extend the guarantee on my {product}?",
      "My {product} stopped working and I bought it last year."
    ],
    oblique: [
      "We have had the {product} since last {month}, treated it well, and on {weekday} it simply gave up with a smell.",
      "Something inside the {product} rattles since {month}. It was not cheap and should last longer than {days} months.",
      "The hinge of the {product} snapped in normal use. I kept all the papers from back then.",
      "A friend says that you mend what dies within two years; mine died on {weekday}."
    ],
    settled: [
      "The repair from {month} holds up well.",
      "The guarantee card turned up, no need to send another.",
      "You replaced the broken {product} last year, that one is fine."
    ],
    confused: ["returns", "technical"]
  },
  sales: {
    direct: [
      "Do you offer a discount for {days} pieces of the {product}?",
      "When will the {product} be back in stock?",
      "Which {product} would you recommend for a small office?",
      "Can I get a quote for our shop in {city}?",
      "Is the {product} compatible with the older model before I buy it?"
    ],
    oblique: [
      "We are fitting out {days} rooms in {city} and wonder what the {product} would come to for all of them.",
      "I keep looking at the {product}, but the page has been grey for weeks. I would take two.",
      "Between the {product} and the dearer one: what would you put into a flat with thin walls?",
      "Before I decide: would it also do for someone who is two metres tall?"
    ],
    settled: [
      "The quote you sent has been signed already.",
      "I have bought the {product} elsewhere in the meantime.",
      "Thanks for the advice about which model to buy, we followed it."
    ],
    confused: ["shipping", "feedback"]
  },
  feedback: {
    direct: [
      "I just want to say that {name} in your support was wonderful.",
      "A suggestion: please add a dark mode to the shop.",
      "Your new packaging is terrible for the environment.",
      "The {product} is the best thing I bought this year, thank you.",
      "I am disappointed with your new website design."
    ],
    oblique: [
      "No need to answer. {name} stayed on the line until {time}, and people should hear about that.",
      "Three layers of plastic around one {product}. My daughter asked whether you know about the turtles.",
      "If anyone there reads this: the old page let me reorder in two steps, the new one in seven.",
      "I tell everybody in {city} about the {product}. Carry on."
    ],
    settled: [
      "I left a review on {weekday} as you asked.",
      "My suggestion from {month} has been built, nice.",
      "The survey is filled in."
    ],
    confused: ["sales", "technical"]
  }
}

/** Sentences that carry no wish. */
export const PADDING: ReadonlyArray<string> = [
  "I have been a customer since the shop in {city} opened.",
  "I am writing this from the train, so please forgive the typing.",
  "My reference is {order}, in case you need it.",
  "I tried to call on {weekday} at {time} but nobody answered.",
  "{name} from your team has been in touch before, very friendly.",
  "The weather in {city} has not helped either.",
  "We are a small office of {days} people.",
  "I was on holiday in {month} and only see this now.",
  "My husband says that I should have written earlier.",
  "For the record, I also own a {product} from you.",
  "Please do not send me another automatic reply.",
  "It is not urgent, but it keeps coming back to my mind.",
  "I attach a screenshot from {weekday}, {time}.",
  "Ich hoffe, Sie verstehen mein Englisch.",
  "As I said on the phone, I would rather have it in writing.",
  "You may reach me at work until {time}."
]
