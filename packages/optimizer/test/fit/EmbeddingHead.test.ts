import { assert, describe, it } from "@effect/vitest"
import { compilePredictor, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { applyTable } from "../../src/ApplyTable.ts"
import type { Dataset } from "../../src/data/Dataset.ts"
import { groupFolds } from "../../src/data/Folds.ts"
import { loadDataset } from "../../src/data/LoadDataset.ts"
import { fitPolicy } from "../../src/fit/FitPolicy.ts"
import { fitHeads } from "../../src/fit/Heads.ts"
import { optimizeDataset } from "../../src/OptimizeDataset.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { tableParts } from "../../src/TableParts.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const DIMENSIONS = 16
const FOLDS = 5
const TIERS = [THREE_TIERS[0]!, THREE_TIERS[2]!]

/**
 * Requests with vectors of length 1. With `telling` above 0 the small tier's answers are wrong where a direction of the
 * vector says so, of which the text says nothing; `share` of the requests have a vector.
 */
const withVectors = (n: number, telling: number, share: number, seed: number) =>
  Effect.gen(function*() {
    const { data } = yield* loadDataset({ flagship: "large" })
    const random = seededRandom(seed + 1_000)
    const vectors = new Float32Array(n * DIMENSIONS), present = new Uint8Array(n)
    const quality = data.quality.map((column) => column.slice())
    for (let row = 0; row < n; row++) {
      const values = Array.from({ length: DIMENSIONS }, () => random.uniform() - 0.4)
      const length = Math.hypot(...values)
      if (random.uniform() < telling) quality[0]![row] = values[0]! > 0.1 ? 0 : 1
      if (random.uniform() >= share) continue
      present[row] = 1
      vectors.set(values.map((value) => value / length), row * DIMENSIONS)
    }
    const embedding = { model: "m", max_chars: 100, dimensions: DIMENSIONS, vectors, present, usd: 0.5 }
    return { ...data, quality, embedding } satisfies Dataset
  }).pipe(Effect.provide(storeOf(syntheticTraffic(n, TIERS, seed)), { local: true }))

const fitted = (data: Dataset, seed = 1) => {
  const rows = Uint32Array.from(data.requestIds.keys())
  return fitHeads(data, rows, groupFolds(data.group, FOLDS, seed), FOLDS)
}

describe("heads with vectors", () => {
  it.effect("read vectors that tell where the flagship is better", () =>
    Effect.gen(function*() {
      for (const seed of [1, 2, 3]) {
        const data = yield* withVectors(600, 0.6, 0.9, seed)
        const { embedding, heads } = fitted(data, seed)
        const { errorWith, errorWithout, kept, requests, standardError, withoutVector } = embedding!.verdict
        assert.isTrue(kept, `seed ${seed}`)
        assert.isAbove(errorWithout - errorWith, 4 * standardError)
        assert.strictEqual(requests, 600)
        assert.strictEqual(withoutVector, 600 - data.embedding.present.reduce((sum, one) => sum + one))
        const gain = heads.find((head) => head.target === "gain")!
        // The first direction says where the small tier is wrong, so the flagship gains there.
        assert.strictEqual(gain.embedding!.indexOf(Math.max(...gain.embedding!)), 0)
        for (const head of heads) assert.strictEqual(head.model.dense.length, data.denseNames.length)
      }
    }))

  it.effect("leave out vectors that tell nothing, and are then those that never saw them", () =>
    Effect.gen(function*() {
      let kept = 0
      for (let seed = 1; seed <= 10; seed++) {
        const data = yield* withVectors(400, 0, 1, seed)
        const having = fitted(data, seed), without = fitted({ ...data, embedding: undefined }, seed)
        if (having.embedding!.verdict.kept) kept += 1
        else assert.deepStrictEqual(having.heads, without.heads)
        assert.isUndefined(without.embedding)
      }
      // By chance a difference of no meaning is above its standard error one time in six.
      assert.isAtMost(kept, 3)
    }))

  it.effect("count a missing vector as the mean, in the table as in the fit", () =>
    Effect.gen(function*() {
      const data = yield* withVectors(400, 0.6, 0.7, 5)
      const rows = Uint32Array.from(data.requestIds.keys())
      const policy = fitPolicy(data, rows, groupFolds(data.group, FOLDS, 5), FOLDS)
      const parts = tableParts(data, policy, data.tiers.map((name) => ({ name })))
      const { embedding } = parts.features
      assert.strictEqual(embedding!.dimensions, DIMENSIONS)
      const bare = {
        ...parts,
        features: { ...parts.features, embedding: undefined },
        heads: parts.heads.map((head) => ({ ...head, embedding: undefined }))
      } as unknown as typeof parts
      const having = applyTable(data, parts, rows), without = applyTable(data, bare, rows)
      const centered = applyTable(
        {
          ...data,
          embedding: {
            ...data.embedding,
            present: data.embedding.present.map(() => 1),
            vectors: Float32Array.from(data.embedding.vectors, (_, i) => policy.embedding!.mean[i % DIMENSIONS]!)
          }
        },
        parts,
        rows
      )
      const moved: Array<number> = []
      for (const row of rows) {
        const before = without.predictedQuality[0]![row]!
        assert.closeTo(centered.predictedQuality[0]![row]!, before, 1e-12)
        if (data.embedding.present[row] === 0) assert.strictEqual(having.predictedQuality[0]![row], before)
        else moved.push(Math.abs(having.predictedQuality[0]![row]! - before))
      }
      assert.isAbove(mean(moved), 0.05)
      assert.strictEqual(having.embeddingUsd, 0.5)
      assert.isUndefined(without.embeddingUsd)
    }))

  it.effect("say of a request with a vector in the policy what the fit says of its row", () =>
    Effect.gen(function*() {
      const traffic = syntheticTraffic(400, TIERS, 6)
      const data = yield* withVectors(400, 0.6, 0.7, 6)
      const rows = Uint32Array.from(data.requestIds.keys())
      const policy = fitPolicy(data, rows, groupFolds(data.group, FOLDS, 6), FOLDS)
      const parts = tableParts(data, policy, data.tiers.map((name) => ({ name })))
      const columns = applyTable(data, parts, rows)
      const predictor = compilePredictor(parts)
      const requests = new Map(traffic.requests.map((request) => [request.request_id, request]))
      const quality = new Float64Array(2), cost = new Float64Array(2)
      for (const row of rows) {
        const { dimensions, present, vectors } = data.embedding
        const vector = present[row] === 1 ? vectors.slice(row * dimensions, (row + 1) * dimensions) : undefined
        predictor.predictInto({ ...requestView(requests.get(data.requestIds[row]!)!), vector }, quality, cost)
        assert.strictEqual(quality[0], columns.predictedQuality[0]![row])
      }
    }))

  it.effect("charge a request for its vector at the points that read it, and only there", () =>
    Effect.gen(function*() {
      const data = yield* withVectors(400, 0.6, 1, 7)
      const pointsAt = (usd: number | undefined) =>
        optimizeDataset({ ...data, embedding: { ...data.embedding, usd } }, {
          objective: { floor: 0.9, confidence: 0.9 },
          policy: "route",
          seed: 1,
          dataSha256: "",
          version: "test",
          now: () => 0
        })
      const free = pointsAt(0), priced = pointsAt(1e-6), unknown = pointsAt(undefined)
      assert.isTrue(free.report.embedding!.kept)
      assert.deepStrictEqual(unknown.table, free.table)
      assert.isNull(unknown.report.embedding!.usd_per_request)
      const reads = (name: string) =>
        free.table.points.find((point) => point.name === name)!.plans
          .reduce((share, { plan, share: of }) => share + (plan.entry.tiers.length > 1 ? of : 0), 0)
      const shares = free.table.points.map(({ name }) => reads(name))
      assert.includeMembers(shares, [0, 1])
      free.table.points.forEach(({ expected, name }, i) => {
        const { expected: dearer } = priced.table.points[i]!
        assert.closeTo(dearer.cost_usd - expected.cost_usd, 1e-6 * shares[i]!, 1e-10, name)
        assert.strictEqual(dearer.quality, expected.quality)
      })
    }))
})
