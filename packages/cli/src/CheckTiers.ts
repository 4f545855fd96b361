import { BadInput } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect } from "effect"
import { flagshipOf, type Loaded } from "./Configuration.ts"

/** Fails where `--tiers` names a tier that has no outcomes, as a slip would silently leave it out. */
export const checkTiers = Effect.fnUntraced(function*(asked: ReadonlyArray<string> | undefined) {
  if (asked === undefined) return
  const store = yield* Store
  const known = (yield* store.summary()).map(({ tier }) => tier)
  const unknown = asked.find((tier) => !known.includes(tier))
  // An empty database has its own, better word for it.
  if (unknown === undefined || known.length === 0) return
  return yield* new BadInput({
    source: "--tiers",
    problem: `no outcome is stored of a tier "${unknown}"`,
    mend: `There are: ${known.join(", ")}`,
    usage: true
  })
})

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
