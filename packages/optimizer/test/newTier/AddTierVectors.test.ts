import { assert, describe, it } from "@effect/vitest"
import { decodeFloat32 } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Layer, Stream } from "effect"
import { mix } from "../../src/data/Folds.ts"
import { optimizeWithNewTier } from "../../src/newTier/OptimizeWithNewTier.ts"
import { storeOf, type SyntheticTier, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const OF = { model: "m", max_chars: 100 }
const FRESH: SyntheticTier = { name: "fresh", usd: 0.00005, right: (d) => 1 - 0.15 * d }
const made = syntheticTraffic(1_200, [...THREE_TIERS, FRESH], 3)

/** The small and the fresh tier fail where the vector points to the right. */
const fails = (id: string) => mix(Number(id.slice(1)), 9) % 100 < 30
const shown = ({ request_id, tier }: { readonly request_id: string; readonly tier: string }) =>
  tier !== "fresh" || mix(Number(request_id.slice(1)), 5) % 1_000 < 200
const traffic = {
  requests: made.requests,
  outcomes: made.outcomes.filter(shown),
  grades: made.grades.filter(shown).map((grade) =>
    grade.tier === "small" || grade.tier === "fresh" ? { ...grade, quality: fails(grade.request_id) ? 0 : 1 } : grade
  )
}

const EMBEDDING_USD = 0.0005

const embedded = Layer.effectDiscard(Effect.gen(function*() {
  const store = yield* Store
  const missing = (yield* Stream.runCollect(store.notEmbedded(OF))).flat()
  yield* store.putEmbeddings(
    OF,
    missing.map(({ prompt_sha, request }) => ({
      prompt_sha,
      cost_usd: EMBEDDING_USD,
      vector: fails(request.request_id) ? Float32Array.of(0.8, 0.6) : Float32Array.of(-0.8, 0.6)
    }))
  )
})).pipe(Layer.provideMerge(storeOf(traffic)))

describe("a tier of few audits in a table that reads vectors", () => {
  it.effect("reads them as the tiers that it is a mix of", () =>
    Effect.gen(function*() {
      const { report, table } = yield* optimizeWithNewTier({
        objective: { floor: 0.9, confidence: 0.9 },
        policy: "route",
        seed: 1,
        version: "test",
        flagship: "large",
        embedding: OF
      }, "fresh")
      assert.isTrue(report.embedding!.kept)
      const weight = (tier: string) => decodeFloat32(table.heads.find((head) => head.tier === tier)!.embedding!)![0]!
      assert.isAbove(weight("small"), 0.2)
      assert.isAbove(weight("fresh"), 0.1)
      assert.isBelow(Math.abs(weight("middle")), 0.1)
      // The cheapest way to use it costs a call and a vector, which its points left out.
      const points = table.points.filter(({ name }) => name.endsWith("with-fresh"))
      assert.isAbove(points.length, 0)
      for (const { expected } of points) {
        assert.isAtLeast(expected.cost_usd, Math.min(...[...THREE_TIERS, FRESH].map(({ usd }) => usd)) + EMBEDDING_USD)
      }
    }).pipe(Effect.provide(embedded)))
})
