import { BadInput } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect, Option } from "effect"
import { names } from "./Flags.ts"

/** The tiers that `--tiers` names, each of which must be among the known ones; undefined where it is not given. */
export const knownTiers = Effect.fnUntraced(function*(
  flag: Option.Option<string>,
  known: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<string> | undefined, BadInput> {
  const given = names(flag)
  const unknown = given?.find((name) => !known.includes(name))
  if (unknown === undefined) return given
  return yield* new BadInput({
    source: "--tiers",
    problem: `no tier is named "${unknown}"`,
    mend: `Known tiers: ${known.join(", ")}`,
    usage: true
  })
})

/** The same, where a tier is known too that is not configured but has outcomes. The database is read for no other reason. */
export const knownOrStoredTiers = Effect.fnUntraced(function*(
  flag: Option.Option<string>,
  configured: ReadonlyArray<string>
) {
  if (Option.isNone(flag)) return undefined
  const store = yield* Store
  const rows = yield* store.query("SELECT DISTINCT tier FROM outcomes ORDER BY tier")
  return yield* knownTiers(flag, [...new Set([...configured, ...rows.map(({ tier }) => String(tier))])])
})
