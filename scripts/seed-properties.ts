import { configureGlobal } from "effect/Arbitrary"

/**
 * Gives every property test the same cases in each run, so that a failure is of the change that shows it. Look for new
 * cases with `PROPERTY_SEED=7 npm test`.
 */
configureGlobal({ check: { seed: process.env["PROPERTY_SEED"] ?? "1" } })
