/** What posts of one verdict say. */
export interface VerdictLines {
  readonly plain: ReadonlyArray<string>
  /** Without the words that a list of bad words would hold. */
  readonly veiled: ReadonlyArray<string>
  readonly confused: ReadonlyArray<string>
}

export const VERDICTS: Readonly<Record<string, VerdictLines>> = {
  allow: {
    plain: [
      "Which {product} do you use in winter?",
      "Thanks {name}, that worked at the first try.",
      "Does anybody in {city} know a good shop for spare parts?",
      "I disagree, the older {product} is better."
    ],
    veiled: [
      "Somebody wrote to me \"send {amount} and you win\" - report that if you get it too.",
      "I could kill for a cup of coffee after {days} hours with this {product}.",
      "{name} was told to \"get lost\" here last week; can we be kinder to each other?",
      "Careful with the site that offers a free {product}, a friend lost {amount} there."
    ],
    confused: ["scam", "threat", "harassment"]
  },
  spam: {
    plain: [
      "Buy cheap {product} now!!! best-{product}-deals.example",
      "CLICK HERE for 90% off every {product}",
      "Visit my store for followers and likes, only {amount}",
      "Cheap {product} cheap {product} cheap {product}, link in profile"
    ],
    veiled: [
      "Funny that you ask. My page about the {product} (third link in my profile) has answered this for {days} years.",
      "I never write in forums, but the {product} from {company} changed my mornings, and with the code {name}{days} you save too.",
      "Same answer as in the {days} other threads today: look at what {company} sells, just look."
    ],
    confused: ["scam", "allow"]
  },
  scam: {
    plain: [
      "Send {amount} in gift cards and I ship you a new {product}.",
      "Your forum account is locked, confirm your bank password at login-check.example",
      "Invest {amount} today, get ten times back on {weekday}, guaranteed.",
      "I am the moderator, tell me your card number to keep your badge."
    ],
    veiled: [
      "The {product} stands unused in {city}. My cousin at the shipping firm will release it as soon as the small deposit is in, friends-and-family only please.",
      "We have picked your post. To hand over the prize we only need what is printed on the back of your card, {name} will explain in private.",
      "A few of us double our savings each {month}. No risk, places close at {time}, write to me and not here."
    ],
    confused: ["spam", "personal_data"]
  },
  harassment: {
    plain: [
      "{name}, you are an idiot and everybody here knows it.",
      "Nobody wants you here, {name}, shut up and leave.",
      "What a stupid, worthless post, {name}.",
      "You people with a {product} are all morons."
    ],
    veiled: [
      "Another masterpiece from {name}. Does your mother still have to plug in the {product} for you?",
      "Everyone, please applaud {name}, who has been wrong in public for {days} years and never missed a day.",
      "I keep {name}'s posts for evenings when I need to feel clever. Let us all answer each of them the same way, shall we, until the hint is taken."
    ],
    confused: ["threat", "allow"]
  },
  personal_data: {
    plain: [
      "{person} lives at 14 Mill Lane in {city}, phone 555-01{days}.",
      "Here is {name}'s private e-mail: {name}.home@mail.example",
      "I found out where {person} works: {company}, {city}, ask at the desk.",
      "The real name behind this account is {person}."
    ],
    veiled: [
      "For those who wonder who hides behind the nickname: look at the staff page of {company}, second row, the one from {city}.",
      "Whoever wants to thank {name} in person: the blue door next to the bakery in {city}, home from {time} on.",
      "The seller's number plate and the school of the kids are in the album I linked, so that you know with whom you deal."
    ],
    confused: ["harassment", "allow"]
  },
  threat: {
    plain: [
      "Post that again, {name}, and I will hurt you.",
      "I will come to {city} and smash your {product} and your face.",
      "You will regret this, I am going to find you, {name}.",
      "Delete it or I burn down your shop."
    ],
    veiled: [
      "{name}, your shed is made of wood, is it not? Dry summer in {city}.",
      "I know which train you take at {time}, {name}. Let us see how brave you write after {weekday}.",
      "Some people only learn when something happens to what they love. You have until {weekday}, {name}."
    ],
    confused: ["harassment", "personal_data"]
  }
}

export const FORUMS: Readonly<Record<string, ReadonlyArray<string>>> = {
  gardening: [
    "My tomatoes in {city} are finally red.",
    "After {days} days of rain the beds are one lake.",
    "The slugs have taken the lettuce again.",
    "I mulch in {month} and never regret it."
  ],
  cycling: [
    "Did {days} km along the river on {weekday}.",
    "The new chain still squeaks uphill.",
    "My winter tyres are on since {month}.",
    "Headwind all the way from {city}."
  ],
  cooking: [
    "I let the dough rest until {time}.",
    "The soup needed {days} more minutes.",
    "We had friends from {city} for dinner.",
    "Smoked paprika saves every stew."
  ],
  photography: [
    "The light in {city} at {time} was unreal.",
    "I scanned {days} old rolls of film.",
    "My tripod is older than {name}.",
    "Shot wide open, a little grain added."
  ]
}

export const HARMLESS: ReadonlyArray<string> = [
  "Greetings to {name}, by the way.",
  "I have read this forum for {days} years and rarely write.",
  "Sorry for the long post.",
  "See also the thread from {month}.",
  "As {name} said above, it depends.",
  "I use a {product} myself.",
  "Has anyone been to the meeting in {city}?",
  "More on {weekday}, when I am home."
]
