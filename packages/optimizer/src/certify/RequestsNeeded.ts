import { normalQuantile } from "../statistics/Normal.ts"

/** What is known of a policy's paired loss D (flagship minus policy, or floor x flagship minus policy). */
export interface RequestsNeededInput {
  /** Mean of D^2; for right-or-wrong grades the share of requests on which the two disagree. */
  readonly v: number
  /** Mean of D. */
  readonly mean: number
  /** The promise: E[D] <= eps. */
  readonly eps: number
  readonly alpha: number
  /** Independent graded requests at hand. */
  readonly n: number
  /** Wanted chance of passing, 0.8 by default. At 0.5 and mean 0 this is about 2 ln(1/alpha) v / eps^2. */
  readonly power?: number
}

/**
 * How many more graded requests would probably let the betting test pass; 0 where those at hand should do, null where
 * no number will because the loss is at least eps.
 *
 * With variance s2 and margin d = eps - mean, the log wealth after n is about d sqrt(2 L n / s2) - L, with standard
 * deviation sqrt(2 L), against the needed L = ln(1/alpha). A stake is at most 1.5 per unit of scaled loss, which adds
 * the second term where disagreement is rare.
 */
export const requestsNeeded = (input: RequestsNeededInput): number | null => {
  const margin = input.eps - input.mean
  if (!(margin > 0)) return null
  const log = Math.log(1 / input.alpha)
  const variance = Math.max(0, input.v - input.mean ** 2)
  const reach = Math.sqrt(2 * log) + normalQuantile(input.power ?? 0.8)
  const total = variance * (reach / margin) ** 2 + log / (0.75 * margin)
  return Math.max(0, Math.ceil(total - input.n))
}
