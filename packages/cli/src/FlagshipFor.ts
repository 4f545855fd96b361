import { BadInput } from "@spillway/domain"
import { Effect } from "effect"
import { flagshipOf, type Loaded } from "./Configuration.ts"

/**
 * The tier that quality is promised against: the one that `--flagship` names, else the configured one, which `--tiers` must
 * not leave out: the promise would silently be about another. Undefined without either, where the best is found from grades.
 */
export const flagshipFor = (
  named: string | undefined,
  asked: ReadonlyArray<string> | undefined,
  loaded: Loaded | undefined
): Effect.Effect<string | undefined, BadInput> => {
  const configured = loaded && flagshipOf(loaded.config)
  return named !== undefined || configured === undefined || asked === undefined || asked.includes(configured)
    ? Effect.succeed(named ?? configured)
    : Effect.fail(
      new BadInput({
        source: "--tiers",
        problem: `leaves out "${configured}", the flagship of the configuration`,
        mend: "Add it, or name another flagship with --flagship",
        usage: true
      })
    )
}
