/** What a customer says for one intent. */
export interface IntentLines {
  readonly direct: ReadonlyArray<string>
  readonly oblique: ReadonlyArray<string>
  /** Raises the intent and drops it again. */
  readonly abandoned: ReadonlyArray<string>
}

export const INTENTS: Readonly<Record<string, IntentLines>> = {
  cancel_contract: {
    direct: [
      "I want to cancel my contract.",
      "please end my subscription at the end of {month}",
      "Cancel my plan, I am leaving."
    ],
    oblique: [
      "I move in with {name} in {month} and there is a line there already, so this one can go.",
      "After {month} I do not want to see your name on my bank statement any more."
    ],
    abandoned: [
      "I was about to leave you for good, but {name} talked me out of it.",
      "First I wanted to quit. Not any more."
    ]
  },
  change_plan: {
    direct: [
      "I'd like to switch to the bigger data plan.",
      "Can I downgrade to the small plan?",
      "Move me to the family plan please."
    ],
    oblique: [
      "Every month on the 20th my phone turns into a brick until the first. There must be something roomier.",
      "The kids are out of the house, we hardly use a tenth of what we pay for. I'd stay for less."
    ],
    abandoned: [
      "I thought about the larger package, but the one I have will do.",
      "A smaller plan? I looked, not worth it."
    ]
  },
  report_outage: {
    direct: [
      "Internet is down in {city} since {time}.",
      "I have no signal at all today.",
      "The whole street is offline."
    ],
    oblique: [
      "All the lamps on the box are orange, and the neighbours' too, since {time}.",
      "Half of {city} seems to sit in the library today for its connection, me included."
    ],
    abandoned: ["The line was dead this morning, but it is back.", "There was no signal on {weekday}; that has passed."]
  },
  check_bill: {
    direct: [
      "Why is my bill {amount} this month?",
      "Explain the extra {amount} on my invoice.",
      "What is the roaming charge on my bill?"
    ],
    oblique: [
      "It used to be the same sum for years, now {amount}. I did nothing but spend {days} days in {city}.",
      "There is a line 'other services {amount}' and nobody here can tell me what I bought."
    ],
    abandoned: [
      "The {amount} on the bill puzzled me, but my son explained it.",
      "I had a question on the invoice, found the answer myself."
    ]
  },
  pay_bill: {
    direct: [
      "How can I pay my bill by card?",
      "I want to pay the open amount now.",
      "Can I pay {amount} in two instalments?"
    ],
    oblique: [
      "I have {amount} here and a red letter from you. Where does the one go so that the other stops?",
      "Could I do half on Friday and half when my wages come in {month}?"
    ],
    abandoned: [
      "I wanted to settle what I owe, but I see that it went through on {weekday}.",
      "The open amount is paid, forget about it."
    ]
  },
  activate_sim: {
    direct: ["How do I activate my new SIM?", "My eSIM needs activation.", "Please activate the SIM ending in {days}."],
    oblique: [
      "The little card from your letter is in the phone, and the phone asks me for things I do not have.",
      "New handset, QR code scanned, and still it says 'emergency calls only'."
    ],
    abandoned: [
      "The new SIM gave me trouble, but it woke up by itself.",
      "I almost asked about the eSIM, it works now."
    ]
  },
  port_number: {
    direct: [
      "I want to keep my number from my old provider.",
      "How do I port my number to you?",
      "Transfer my number to you please."
    ],
    oblique: [
      "My customers have known the same digits for {days} years. They have to come along when I join you.",
      "The old company says that you must ask them for it, the one ending in {days}."
    ],
    abandoned: [
      "My old number? That came across on {weekday}, all good.",
      "I wanted to bring my number, but a new one is fine."
    ]
  },
  lost_phone: {
    direct: [
      "I lost my phone, block it.",
      "My phone was stolen in {city}, please block the SIM.",
      "Please lock my line, my phone is gone."
    ],
    oblique: [
      "I am writing from {name}'s laptop. Mine stayed in a taxi in {city}, and somebody is making calls with it.",
      "My bag is gone from the beach, with everything in it. Nobody should be able to use my line."
    ],
    abandoned: [
      "I thought that my phone was gone, it was under the sofa.",
      "The stolen phone has turned up, nothing to block."
    ]
  },
  book_technician: {
    direct: [
      "Please send a technician.",
      "I need an appointment for the fibre installation.",
      "Can someone come on {weekday} to fix the socket?"
    ],
    oblique: [
      "The socket in the wall hangs out by its wires. I am at home on {weekday} after {time}.",
      "Your colleague said that somebody has to look at it here in {city}. When would that be?"
    ],
    abandoned: [
      "I asked for a visit, but my brother has repaired the socket.",
      "The appointment on {weekday} is confirmed, thank you."
    ]
  },
  speak_to_human: {
    direct: ["Let me talk to a person.", "I want a human agent.", "Connect me to someone please."],
    oblique: [
      "You answer fast and say nothing. Is there anybody at all behind this?",
      "I will explain this once more, but only to somebody who breathes."
    ],
    abandoned: [
      "At first I wanted a real person, but you do well.",
      "I was on hold for {days} minutes for a colleague of yours, never mind."
    ]
  }
}

export const AGENT_LINES: ReadonlyArray<string> = [
  "I understand. Is there anything else that I should know?",
  "Thank you, I have noted that.",
  "I see. And what can I do for you today?",
  "Of course. Your customer number ends in {days}, is that right?",
  "Alright, let me have a look. Could you tell me a little more?",
  "Good to hear. What else is on your mind?"
]

export const CLOSINGS: ReadonlyArray<string> = [
  "that's all really",
  "I have time until {time}.",
  "By the way, the music on your hotline is awful 😅",
  "My address in {city} is still the same.",
  "and please not by letter",
  "You can write to {name} as well, same household."
]
