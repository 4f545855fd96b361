import type { Random } from "./Random.ts"
import { FIRST_NAMES } from "./Vocabulary.ts"

/** The policy text that all questions of this kind share. */
export const RETURNS_POLICY = `You help the staff of Lantern & Loom, a chain of department stores, with the returns ` +
  `policy. Answer with the letter of the one right option.

Section A. Periods. Clothing and household goods may be returned within 30 days of purchase, furniture within 21 days, electronics within 14 days. Members of the Gold programme have 10 more days in each case. The day of purchase is not counted.
Section B. Holiday season. What is bought between 15 November and 24 December may be returned until 31 January of the next year, if that is later than the period in section A.
Section C. Condition. Goods must be unused and complete. For used or incomplete goods within the period, store credit is given for half of the price. Opened software, swimwear and earrings are not taken back at all, whatever the period.
Section D. Form of repayment. With a receipt, the full price is refunded. With a gift receipt, store credit for the full price is given. Without any receipt, store credit for the full price is given to Gold members only; others get nothing.
Section E. Furniture that is returned within the period in good condition and with a receipt is refunded less a fee of 15 % of the price for collection, unless the customer brings it to the store.
Section F. Sale items can only be exchanged, never refunded or credited.
Section G. Defective goods. None of the above applies where the goods are defective: within two years of purchase, the full price is refunded whatever the form of the receipt, if there is one.

The sections are read in the order G, F, C, then the rest.`

const OPTIONS = {
  refund: "a refund of the full price",
  fee: "a refund less 15 % of the price",
  credit: "store credit for the full price",
  half: "store credit for half of the price",
  exchange: "an exchange only",
  nothing: "nothing"
} as const
type Verdict = keyof typeof OPTIONS

interface Case {
  readonly goods: string
  readonly period: number
  readonly banned: boolean
  readonly furniture: boolean
  readonly gold: boolean
  /** Bought in the holiday season, with today within its limit. */
  readonly holiday: boolean
  readonly days: number
  readonly used: boolean
  readonly receipt: "receipt" | "gift receipt" | "no receipt"
  readonly brought: boolean
  readonly sale: boolean
  readonly defective: boolean
}

/** Applies the policy as it is written above. */
const decide = (c: Case): Verdict => {
  if (c.defective && c.days <= 730) return c.receipt === "no receipt" ? "nothing" : "refund"
  if (c.sale) return "exchange"
  if (c.banned) return "nothing"
  const inTime = c.days <= c.period + (c.gold ? 10 : 0) || c.holiday
  if (!inTime) return "nothing"
  if (c.used) return "half"
  if (c.receipt === "gift receipt") return "credit"
  if (c.receipt === "no receipt") return c.gold ? "credit" : "nothing"
  return c.furniture && !c.brought ? "fee" : "refund"
}

const GOODS = [
  { goods: "a wool coat", period: 30 },
  { goods: "a set of plates", period: 30 },
  { goods: "a pair of jeans", period: 30 },
  { goods: "a swimsuit", period: 30, banned: true },
  { goods: "a pair of earrings", period: 30, banned: true },
  { goods: "a bookcase", period: 21, furniture: true },
  { goods: "an armchair", period: 21, furniture: true },
  { goods: "a television", period: 14 },
  { goods: "a tablet computer", period: 14 },
  { goods: "a video game whose seal is broken", period: 14, banned: true }
]

const PADDING_FOR_QUESTIONS = [
  "The queue is long and the manager is at lunch.",
  "The customer has shopped here for twenty years and says so.",
  "The price was 89 euros.",
  "A colleague in another branch is said to have decided otherwise.",
  "The original bag is missing, the goods are complete all the same.",
  "The customer would prefer cash.",
  "It was meant for a nephew who has moved abroad."
]

/** A case at the till with its question, options and the index of the right one. */
export const makeReturn = (random: Random, difficulty: number) => {
  const goods = random.pick(difficulty < .25 ? GOODS.filter((one) => one.banned !== true) : GOODS)
  const twist = (weight: number) => random.chance(difficulty * weight)
  const holiday = twist(.35)
  const c: Case = {
    goods: goods.goods,
    period: goods.period,
    banned: goods.banned === true,
    furniture: goods.furniture === true,
    gold: twist(.6),
    holiday,
    // seen from 10 January: bought between 1 and 24 December
    days: holiday ? random.int(17, 40) : goods.period + random.int(-12, difficulty > .3 ? 9 : -2),
    used: twist(.3),
    receipt: twist(.7) ? random.pick(["gift receipt", "no receipt"] as const) : "receipt",
    brought: random.chance(.5),
    sale: twist(.2),
    defective: twist(.22)
  }
  const name = random.pick(FIRST_NAMES)
  const facts = [
    `${name} has ${c.receipt === "no receipt" ? "no receipt" : `a ${c.receipt}`}.`,
    c.holiday ? "It was bought in December, and today is 10 January." : "",
    c.gold ? "There is a Gold card in the wallet." : difficulty > .3 ? "There is no membership." : "",
    c.used ? "It has clearly been used." : "It is unused and complete.",
    c.furniture ? (c.brought ? `${name} has brought it along.` : "It would have to be collected.") : "",
    c.sale ? "The price tag shows that it was a sale item." : "",
    c.defective ? "It has a defect that was there from the start." : "",
    ...random.sample(PADDING_FOR_QUESTIONS, random.about(difficulty, 6))
  ].filter((fact) => fact !== "")
  const verdict = decide(c)
  const others = random.sample((Object.keys(OPTIONS) as Array<Verdict>).filter((one) => one !== verdict), 3)
  const options = random.sample([verdict, ...others], 4)
  return {
    text: `${name} bought ${c.goods} ${c.days} days ago and wants to return it. ${
      random.sample(facts, facts.length).join(" ")
    } What does the store give?`,
    options: options.map((option) => OPTIONS[option]),
    right: options.indexOf(verdict)
  }
}
