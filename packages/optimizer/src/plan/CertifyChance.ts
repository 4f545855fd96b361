import { normalCdf } from "../statistics/Normal.ts"

/** What is known of a point's margin: `policy - floor x flagship` (or `policy - absolute floor`) per request. */
export interface KnownMargin {
  /** Mean and variance over all independent requests seen, searched on or tested on. */
  readonly mean: number
  readonly variance: number
  readonly observed: number
  /** Independent requests that the next test reads again, and the sum of their margins. */
  readonly tested: number
  readonly testedSum: number
  /** Level of the test. */
  readonly alpha: number
}

/** Of the betting test, per unit of margin. */
const MOST_STAKE = 0.75

/**
 * Chance that the test passes once `fresh` independent requests, drawn as those before, are added.
 *
 * With L = ln(1/alpha), the betting test stakes `l = sqrt(2 L / (n s2))`, at most 0.75, on each of n margins of sum S, and
 * its log wealth is about `X = l S - l^2 n s2 / 2`. On the way there it moves as a Brownian bridge of variance
 * `v = l^2 n s2`, so it has touched the wanted L with chance `min(1, exp(2 L (X - L) / v))`; X itself is normal, by the
 * requests to come.
 *
 * `conditional` takes the margin seen for the true one (conditional power: Lan and Wittes 1988); `predictive` also counts
 * that it may be off (predictive power: Spiegelhalter, Freedman and Blackburn 1986), and so stays below the chance that
 * the promise holds at all, however many requests are added.
 */
export const certifyChance = (
  known: KnownMargin,
  fresh: number,
  kind: "conditional" | "predictive"
): number => {
  const { alpha, mean, observed, tested, testedSum, variance } = known
  const n = tested + fresh
  const log = Math.log(1 / alpha)
  const sum = testedSum + fresh * mean
  const stake = Math.min(MOST_STAKE, Math.sqrt(2 * log / (n * variance)))
  const spread = stake ** 2 * n * variance
  if (n === 0 || spread === 0) return Number(n > 0 && MOST_STAKE * sum >= log)
  const noise = variance * (fresh + (kind === "predictive" ? fresh ** 2 / observed : 0))
  const scale = 2 * log / spread
  return meanCapped(scale * (stake * sum - spread / 2 - log), scale * stake * Math.sqrt(noise))
}

/** E[min(1, exp(Y))] of a normal Y. */
const meanCapped = (mean: number, deviation: number): number => {
  if (deviation === 0) return Math.min(1, Math.exp(mean))
  const above = normalCdf(mean / deviation)
  const z = mean / deviation + deviation
  // exp(mean + deviation^2 / 2) P(Z > z), far out by the series of Mills' ratio.
  const below = z < 4
    ? Math.exp(mean + deviation ** 2 / 2) * normalCdf(-z)
    : Math.exp(-((mean / deviation) ** 2) / 2) / Math.sqrt(2 * Math.PI) / z * (1 - 1 / z ** 2 + 3 / z ** 4)
  return above + Math.min(below, 1 - above)
}

/** Beyond this many requests nobody replays. */
const MOST = 1_000_000

/**
 * The fewest fresh requests with which the test passes with conditional chance `power`; undefined where no number does,
 * because the margin seen is not above zero.
 */
export const freshNeeded = (known: KnownMargin, power = 0.8): number | undefined => {
  if (!(known.mean > 0)) return undefined
  const enough = (fresh: number) => certifyChance(known, fresh, "conditional") >= power
  let most = 1
  while (!enough(most)) {
    most *= 2
    if (most > MOST) return undefined
  }
  let few = Math.floor(most / 2)
  while (most - few > 1) {
    const middle = Math.floor((few + most) / 2)
    if (enough(middle)) most = middle
    else few = middle
  }
  return most
}
