import type { Random } from "./Random.ts"

const HOUR = 3_600_000
/** Requests per hour of a working day relative to its busiest hour, from midnight UTC. */
const DAY = [
  .05,
  .04,
  .03,
  .03,
  .04,
  .08,
  .18,
  .38,
  .68,
  .9,
  1,
  .97,
  .8,
  .88,
  .98,
  .94,
  .82,
  .62,
  .44,
  .34,
  .27,
  .2,
  .13,
  .08
]
const WEEKEND = .35

/** `count` ascending times in [first day, first day + days), busy on working days and by day, to the millisecond. */
export const timesWithDailyRhythm = (random: Random, count: number, firstDay: string, days: number): Array<Date> => {
  const start = Date.parse(`${firstDay}T00:00:00Z`)
  const weights = Array.from({ length: days * 24 }, (_, hour) => {
    const day = new Date(start + hour * HOUR).getUTCDay()
    return DAY[hour % 24]! * (day === 0 || day === 6 ? WEEKEND : 1)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const draw = () => {
    let left = random.next() * total
    const hour = weights.findIndex((weight) => (left -= weight) < 0)
    return start + Math.floor((hour + random.next()) * HOUR)
  }
  return Array.from({ length: count }, draw).toSorted((a, b) => a - b).map((time) => new Date(time))
}
