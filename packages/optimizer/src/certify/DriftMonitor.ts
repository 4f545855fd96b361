/** Evidence that a promise E[D] <= epsilon no longer holds. */
export interface DriftState {
  readonly audits: number
  /** E-value: alarm at 1 / alpha. */
  readonly evidence: number
  readonly alarmed: boolean
}

/** What {@link driftMonitor} needs. */
export interface DriftMonitorOptions {
  /** The promise: mean loss (flagship minus served quality, in [-1, 1]) at most epsilon. */
  readonly epsilon: number
  /** Chance of ever raising a false alarm. */
  readonly alpha: number
  /** Audits after which an old one weighs half in the stake; 200 by default. */
  readonly halfLife?: number
}

/** A monitor that may be looked at after every audit, for ever. */
export interface DriftMonitor {
  /**
   * Adds one audited request: its paired loss, and, where audits are drawn with unequal chance, `weight` = least
   * chance / its own chance, in (0, 1] (Horvitz-Thompson, scaled).
   */
  readonly add: (loss: number, weight?: number) => DriftState
}

/**
 * Creates an anytime-valid alarm from the betting martingale of the certificate, turned round: it bets against
 * H0: E[D] <= epsilon, with factors 1 + l (y - m), y = (D + 1) / 2, m = (epsilon + 1) / 2. By Ville's inequality the
 * chance of any false alarm, however often one looks, is at most alpha.
 *
 * A certificate bets for a fixed n; a monitor runs without end, so its stakes follow an exponentially weighted mean
 * of past losses and are zero while that mean keeps the promise. Starting capital enters over time, leaving
 * 1 / ln(e + t) in reserve after t audits: a long quiet time costs little power against a later change.
 */
export const driftMonitor = (options: DriftMonitorOptions): DriftMonitor => {
  const m = (options.epsilon + 1) / 2
  const decay = 0.5 ** (1 / (options.halfLife ?? 200))
  let audits = 0
  let started = 0
  let reserve = 1
  let weightSum = 1
  let mean = 0
  let variance = 0.25
  let alarmed = false
  return {
    add: (loss, weight = 1) => {
      audits++
      const next = 1 / Math.log(Math.E + audits)
      started += reserve - next
      reserve = next
      const stake = Math.min(0.75 / m, Math.max(0, mean / (variance + mean * mean)))
      const excess = weight * ((loss + 1) / 2 - m)
      started *= 1 + stake * excess
      weightSum = decay * weightSum + 1
      const off = excess - mean
      mean += off / weightSum
      variance += (off * (excess - mean) - variance) / weightSum
      const evidence = started + reserve
      alarmed ||= evidence >= 1 / options.alpha
      return { audits, evidence, alarmed }
    }
  }
}
