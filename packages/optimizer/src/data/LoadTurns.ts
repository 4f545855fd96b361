import { type BadInput, cacheDiscountUsd, type Failure, type Price } from "@spillway/domain"
import { type Selection, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import type { TurnFinder, Turns } from "./Turns.ts"

/**
 * The turns of the wanted requests, with what the cache of the turn before took off the recorded costs; undefined where no
 * cache did. Says in `warnings` where a discount is not known.
 *
 * @param slot position of each selected request among those that are wanted, -1 for others
 * @param finder has been given the wanted requests
 */
export const loadTurns = Effect.fnUntraced(function*(
  tiers: ReadonlyArray<string>,
  prices: ReadonlyMap<string, Price | undefined>,
  selection: Selection,
  slot: Int32Array,
  finder: TurnFinder,
  warnings: Array<string>
): Effect.fn.Return<Turns | undefined, BadInput | Failure, Store> {
  const store = yield* Store
  const discountUsd = tiers.map(() => new Float64Array(finder.later.length))
  const unpriced = new Set<string>()
  let cached = false
  yield* Stream.runForEach(store.cachedInput(tiers, selection), ({ row, tier, tokens }) =>
    Effect.sync(() => {
      for (let j = 0; j < row.length; j++) {
        const i = slot[row[j]!]!, name = tiers[tier[j]!]!
        if (i < 0) continue
        const usd = cacheDiscountUsd(tokens[j]!, prices.get(name))
        if (usd === undefined) unpriced.add(name)
        else {
          discountUsd[tier[j]!]![i] = usd
          cached = true
        }
      }
    }))
  if (unpriced.size > 0) {
    warnings.push(
      `${
        [...unpriced].toSorted().join(", ")
      }: part of the prompts came from the provider's cache, at a price that is not ` +
        "known (cached_input_usd_per_mtok), so what changing tiers within a conversation costs leaves it out"
    )
  }
  return cached && finder.later.includes(1)
    ? { previous: finder.previous, later: finder.later, discountUsd }
    : undefined
})
