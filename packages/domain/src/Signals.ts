import { Schema } from "effect"

/**
 * Raw evidence about one answer by name: never a probability until calibrated. Missing signals are normal.
 *
 * Names that Spillway itself writes:
 * - `lp_mean`, `lp_min`, `lp_q10`, `lp_q25`: mean, least and quantiles of the token log-probabilities (nats, <= 0)
 * - `margin_mean`, `margin_min`: log-probability of the chosen token minus that of the next best (nats)
 * - `lp_first`: log-probability of the first token (nats)
 * - `n_low`: share of tokens with log-probability below ln 0.5
 * - `truncated`, `refused`, `schema_ok`: 0 or 1
 * Imported records may bring others (`verbal`, `mean_token_prob`, `verifier`, `self_consistency`, ...).
 */
export const Signals = Schema.Record(Schema.String, Schema.Finite)
export type Signals = typeof Signals.Type
