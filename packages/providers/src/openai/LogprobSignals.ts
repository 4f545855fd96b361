import { isObject, type Signals } from "@spillway/domain"

/** One token of `choices[].logprobs.content`, as far as signals read it. */
export interface TokenLogprob {
  readonly token?: string | undefined
  /** Natural logarithm of the token's probability. */
  readonly logprob: number
  /** The likeliest tokens at this position; the chosen one may be among them. */
  readonly top_logprobs?: ReadonlyArray<{ readonly token?: string | undefined; readonly logprob: number }> | undefined
}

/** The elements of a list that have a log-probability; nothing for anything else. */
export const tokenLogprobsOf = (value: unknown): ReadonlyArray<TokenLogprob> =>
  Array.isArray(value) ? value.filter(isTokenLogprob) : []

const isTokenLogprob = (value: unknown): value is TokenLogprob =>
  isObject(value) && typeof value["logprob"] === "number" && !Number.isNaN(value["logprob"])

/** OpenAI writes -9999 for "very unlikely", which would drown every mean; e^-30 is as good as never. */
const LEAST_LOGPROB = -30
const LN_HALF = Math.log(0.5)

const clamped = (logprob: number): number => Math.min(0, Math.max(LEAST_LOGPROB, logprob))

/** Quantile `q` of ascending values by linear interpolation (Hyndman and Fan type 7, the default of R and NumPy). */
const quantile = (ascending: Float64Array, q: number): number => {
  const at = q * (ascending.length - 1)
  const below = ascending[Math.floor(at)]!
  return below + (ascending[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

/** Log-probability of the chosen token minus the best of the others; undefined where no other was reported. */
const marginOf = (token: TokenLogprob): number | undefined => {
  const others = tokenLogprobsOf(token.top_logprobs)
  const chosen = others.findIndex((other) =>
    token.token === undefined || other.token === undefined
      ? other.logprob === token.logprob
      : other.token === token.token
  )
  let best: number | undefined
  others.forEach((other, i) => {
    if (i !== chosen && (best === undefined || other.logprob > best)) best = other.logprob
  })
  return best === undefined ? undefined : clamped(token.logprob) - clamped(best)
}

/**
 * Confidence signals of one answer from its tokens' log-probabilities, by the names in `Signals` of the domain:
 * `lp_mean`, `lp_min`, `lp_q10`, `lp_q25`, `lp_first`, `n_low`, and `margin_mean`, `margin_min` where other tokens than
 * the chosen were reported. No tokens, no signals.
 */
export const signalsOfLogprobs = (tokens: ReadonlyArray<TokenLogprob>): Signals => {
  const known = tokenLogprobsOf(tokens)
  if (known.length === 0) return {}
  const logprobs = Float64Array.from(known, (token) => clamped(token.logprob))
  const first = logprobs[0]!
  const mean = logprobs.reduce((sum, x) => sum + x, 0) / logprobs.length
  const low = logprobs.reduce((n, x) => x < LN_HALF ? n + 1 : n, 0)
  const margins = known.map(marginOf).filter((margin) => margin !== undefined)
  logprobs.sort()
  return {
    lp_mean: mean,
    lp_min: logprobs[0]!,
    lp_q10: quantile(logprobs, 0.1),
    lp_q25: quantile(logprobs, 0.25),
    lp_first: first,
    n_low: low / logprobs.length,
    ...(margins.length === 0 ? {} : {
      margin_mean: margins.reduce((sum, x) => sum + x, 0) / margins.length,
      margin_min: margins.reduce((least, x) => Math.min(least, x), Infinity)
    })
  }
}
