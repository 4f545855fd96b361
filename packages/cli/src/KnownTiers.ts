import { BadInput } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect, type Option } from "effect"
import { names } from "./Flags.ts"

/** The tiers that `--tiers` names, each of which must be among the known ones; undefined where it is not given. */
export const knownTiers = Effect.fnUntraced(function*(
  flag: Option.Option<string>,
  ...known: ReadonlyArray<ReadonlyArray<string>>
): Effect.fn.Return<ReadonlyArray<string> | undefined, BadInput> {
  const given = names(flag)
  const unknown = given?.find((name) => !known.some((some) => some.includes(name)))
  if (unknown === undefined) return given
  return yield* new BadInput({
    source: "--tiers",
    problem: `no tier is named "${unknown}"`,
    mend: `Known tiers: ${[...new Set(known.flat())].join(", ")}`,
    usage: true
  })
})

/** The tiers that outcomes are stored of, configured or not. */
export const storedTiers = Effect.gen(function*() {
  const store = yield* Store
  const rows = yield* store.query("SELECT DISTINCT tier FROM outcomes ORDER BY tier")
  return rows.map(({ tier }) => String(tier))
})
