import type { Random } from "./Random.ts"
import { fullName } from "./Vocabulary.ts"

/** The policy text that all questions of this kind share. */
export const EXPENSE_POLICY = `You answer questions of employees about the travel and expense policy of Halden ` +
  `Instruments. Answer with the letter of the one right option.

1. Lodging. The company pays the room rate up to a cap per night: 260 in zone 1 (London, New York, Singapore, Tokyo, Zurich), 180 in zone 2 (Berlin, Madrid, Milan, Seoul, Toronto) and 130 in zone 3 (all other cities). What exceeds the cap is paid by the traveller.
2. Meals. Meals are paid up to a daily allowance: 84 in zone 1, 60 in zone 2, 45 in zone 3. On days on which a client hosts a meal, the allowance is reduced by one third.
3. Alcohol is never reimbursed, neither alone nor as part of a meal.
4. Taxis are paid up to 40 per ride. Rides that start between 22:00 and 06:00 are paid in full.
5. Flights are booked in economy class. A business class fare is paid in full where the scheduled flight takes more than seven hours; otherwise half of it is paid.
6. Receipts. For any single expense above 30 without a receipt, only 30 is paid. This comes after all other caps.
7. Gifts to clients are paid up to 50 per recipient. Gifts to public officials are not paid.
8. Late claims. From the total of a claim handed in more than 60 days after the trip, 20 % is deducted; a claim handed in more than 120 days after the trip is not paid at all.
9. Approval. Reimbursements up to 500 are approved by the team lead, above 500 and up to 5,000 by the head of department, above that by the finance director. Trips with a business class fare always need the finance director.

Amounts are in euros. Where rules meet, they apply in the order in which they stand here.`

const ZONES = [
  { cities: ["London", "New York", "Singapore", "Tokyo", "Zurich"], room: 260, meals: 84 },
  { cities: ["Berlin", "Madrid", "Milan", "Seoul", "Toronto"], room: 180, meals: 60 },
  { cities: ["Lyon", "Porto", "Leeds", "Gdańsk", "Tampere", "Cork", "Graz"], room: 130, meals: 45 }
]

/** One expense: how it reads, what it cost, what the policy pays, and whether it is a business class fare. */
export interface Expense {
  readonly text: string
  readonly spent: number
  readonly paid: number
  readonly business: boolean
}

const plain = (text: string, spent: number, paid: number): Expense => ({ text, spent, paid, business: false })

const withReceiptRule = (random: Random, expense: Expense, difficulty: number): Expense =>
  random.chance(.35 * difficulty) && expense.spent > 30
    ? { ...expense, text: `${expense.text} (the receipt is lost)`, paid: Math.min(expense.paid, 30) }
    : expense

export const makeExpense = (random: Random, zoneAt: number, difficulty: number): Expense => {
  const zone = ZONES[zoneAt]!
  const make = random.pick<() => Expense>([
    () => {
      const rate = zone.room + 10 * random.int(-6, 9)
      const nights = 1 + Math.round(random.next() * 3 * difficulty)
      return plain(
        `${nights} night(s) in a hotel at ${rate} a night`,
        rate * nights,
        Math.min(rate, zone.room) * nights
      )
    },
    () => {
      const cost = random.int(zone.meals - 18, zone.meals + 22)
      const hosted = random.chance(difficulty * .6)
      const cap = hosted ? zone.meals * 2 / 3 : zone.meals
      return plain(
        `meals of one day for ${cost}${hosted ? ", with lunch at the client's invitation" : ""}`,
        cost,
        Math.min(cost, cap)
      )
    },
    () => {
      const wine = random.int(9, 28)
      const food = random.int(14, Math.round(zone.meals * .7))
      return plain(`a dinner on a day of its own for ${food + wine}, of which ${wine} was wine`, food + wine, food)
    },
    () => {
      const fare = random.int(18, 79)
      const hour = random.pick([8, 11, 14, 19, 23, 4])
      const night = hour >= 22 || hour < 6
      return plain(
        `a taxi at ${hour}:${random.pick(["10", "35", "50"])} for ${fare}`,
        fare,
        night ? fare : Math.min(fare, 40)
      )
    },
    () => {
      const value = random.int(20, 95)
      const official = random.chance(.3)
      const who = official ? "an inspector of the city authority" : "the client's buyer"
      return plain(`a gift for ${who} for ${value}`, value, official ? 0 : Math.min(value, 50))
    },
    () => {
      const business = random.chance(.4 * difficulty)
      const hours = random.pick([2, 5, 6, 8, 11])
      const fare = 2 * random.int(90, business ? 1400 : 260)
      return {
        text: `a flight of ${hours} hours in ${business ? "business" : "economy"} class for ${fare}`,
        spent: fare,
        paid: business && hours <= 7 ? fare / 2 : fare,
        business
      }
    }
  ])
  return withReceiptRule(random, make(), difficulty)
}

/** A claim with its question, options and the index of the right one. */
export const makeClaim = (random: Random, difficulty: number) => {
  const zoneAt = random.int(0, 2)
  const city = random.pick(ZONES[zoneAt]!.cities)
  const expenses = Array.from(
    { length: 1 + Math.round(difficulty * 5) },
    () => makeExpense(random, zoneAt, difficulty)
  )
  const late = random.chance(difficulty * .7) ? random.pick([75, 90, 130]) : random.int(3, 55)
  const factor = late > 120 ? 0 : late > 60 ? .8 : 1
  const sum = expenses.reduce((total, expense) => total + expense.paid, 0)
  const spent = expenses.reduce((total, expense) => total + expense.spent, 0)
  const paid = Math.round(sum * factor * 100) / 100
  const story = `${fullName(random)} was in ${city} and claims ${
    expenses.map((expense) => expense.text).join(expenses.length > 3 ? "; " : ", ")
  }. The claim comes in ${late} days after the trip.`
  if (random.chance(.25) && paid > 0) {
    const approver = expenses.some((expense) => expense.business) || paid > 5000 ? 2 : paid > 500 ? 1 : 0
    const options = ["the team lead", "the head of department", "the finance director", "nobody, it is paid at once"]
    return { text: `${story} Who approves the reimbursement?`, options, right: approver }
  }
  const mistakes = [spent, sum, spent * factor, paid + 15, Math.max(0, paid - 20), paid * .8, paid + 40]
    .map((value) => Math.round(value * 100) / 100)
    .filter((value, i, all) => value !== paid && all.indexOf(value) === i)
    .slice(0, 3)
  const options = random.sample([paid, ...mistakes], 4)
  return {
    text: `${story} How much is reimbursed?`,
    options: options.map((value) => `${value.toFixed(2)} euros`),
    right: options.indexOf(paid)
  }
}
