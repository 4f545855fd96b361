import { assert, describe, it } from "@effect/vitest"
import type { Grade, Outcome, Request } from "@spillway/domain"
import { layerMemory, outcomeKey, Store } from "@spillway/store"
import { Effect, Stream } from "effect"

const request = (id: string, more: Partial<Request> = {}): Request => ({
  request_id: id,
  task: "support.classify",
  messages: [{ role: "user", content: `question ${id}` }],
  ...more
})
const outcome = (id: string, tier: string, more: Partial<Outcome> = {}): Outcome => ({
  request_id: id,
  tier,
  output: `answer ${id}`,
  ...more
})
const grade = (id: string, tier: string, grader: string, quality: number): Grade => ({
  request_id: id,
  tier,
  grader,
  quality
})

const collect = <A, E, R>(stream: Stream.Stream<ReadonlyArray<A>, E, R>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => chunks.flat())

describe("writes", () => {
  it.effect("reads back what was put, in order of time, then identifier", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const rows = [
        request("b", {
          ts: "2026-01-02T00:00:00.000Z",
          parameters: { temperature: 0.5 },
          reference: "x\u0000y",
          metadata: { split: "test" }
        }),
        request("d"),
        request("a", { ts: "2026-01-02T00:00:00.000Z", metadata: {} }),
        request("c", { ts: "2026-01-01T12:00:00.000123Z" })
      ]
      assert.deepStrictEqual(yield* store.putRequests(rows), { inserted: 4, updated: 0, unchanged: 0 })
      const read = yield* collect(store.requests())
      assert.deepStrictEqual(read, [rows[3], rows[2], rows[0], rows[1]])
      assert.deepStrictEqual(
        yield* store.putRequests([...rows.slice(1), request("b", { reference: "other" }), request("e")]),
        { inserted: 1, updated: 1, unchanged: 3 }
      )
    }).pipe(Effect.provide(layerMemory)))

  describe("of a request that is stored", () => {
    const spillway = { propensity: 0.5, table: null }
    const log = request("a", { ts: "2026-01-02T00:00:00.000Z", parameters: { n: 1 }, metadata: { spillway } })
    const labelled = request("a", {
      reference: "delivery",
      metadata: { split: "test", none: null, deep: { no: null } }
    })
    const both = { ...log, reference: "delivery", metadata: { ...labelled.metadata, spillway } }
    const changed = { inserted: 0, updated: 1, unchanged: 0 }
    const unchanged = { inserted: 0, updated: 0, unchanged: 1 }

    for (const [order, first, second] of [["first", log, labelled], ["last", labelled, log]] as const) {
      it.effect(`erase neither its routing nor its reference, nulls in metadata included: the log ${order}`, () =>
        Effect.gen(function*() {
          const store = yield* Store
          yield* store.putRequests([first])
          assert.deepStrictEqual(yield* store.putRequests([second]), changed)
          assert.deepStrictEqual(yield* collect(store.requests()), [both])
          for (const again of [first, second, both, request("a")]) {
            assert.deepStrictEqual((yield* store.putRequests([again])).inserted, 0)
            assert.deepStrictEqual(yield* collect(store.requests()), [both])
          }
        }).pipe(Effect.provide(layerMemory)))

      it.effect(`change nothing when both are put again: the log ${order}`, () =>
        Effect.gen(function*() {
          const store = yield* Store
          yield* store.putRequests([first])
          yield* store.putRequests([second])
          for (const again of [first, second, request("a")]) {
            assert.deepStrictEqual(yield* store.putRequests([again]), unchanged)
          }
        }).pipe(Effect.provide(layerMemory)))

      it.effect(`make the same of two at once: the log ${order}`, () =>
        Effect.gen(function*() {
          const store = yield* Store
          yield* store.putRequests([first, second])
          assert.deepStrictEqual(yield* collect(store.requests()), [both])
          assert.deepStrictEqual(yield* store.putRequests([first, second]), unchanged)
        }).pipe(Effect.provide(layerMemory)))
    }

    it.effect("replace what they have, keys of metadata whole", () =>
      Effect.gen(function*() {
        const store = yield* Store
        yield* store.putRequests([both])
        const later = { ...both, reference: "other", metadata: { split: null, spillway: { propensity: 1 } } }
        assert.deepStrictEqual(yield* store.putRequests([later]), changed)
        assert.deepStrictEqual(yield* collect(store.requests()), [
          { ...later, metadata: { ...both.metadata, ...later.metadata } }
        ])
      }).pipe(Effect.provide(layerMemory)))

    it.effect("keep its task where they name none", () =>
      Effect.gen(function*() {
        const store = yield* Store
        yield* store.putRequests([log])
        assert.deepStrictEqual(yield* store.putRequests([{ ...log, task: "untasked" }]), unchanged)
        assert.deepStrictEqual(yield* store.putRequests([{ ...log, task: "code" }]), changed)
        assert.deepStrictEqual(yield* collect(store.requests()), [{ ...log, task: "code" }])
      }).pipe(Effect.provide(layerMemory)))
  })

  it.effect("keeps an answer where a failure comes later, and replaces a failure", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const failed = { request_id: "a", tier: "small", error: "timeout" }
      yield* store.putOutcomes([failed, outcome("b", "small")])
      assert.deepStrictEqual([...(yield* store.answered(["small"]))], [outcomeKey({ request_id: "b", tier: "small" })])
      assert.deepStrictEqual(
        yield* store.putOutcomes([outcome("a", "small"), { request_id: "b", tier: "small", error: "timeout" }]),
        { inserted: 0, updated: 1, unchanged: 1 }
      )
      assert.deepStrictEqual(yield* store.putOutcomes([failed]), { inserted: 0, updated: 0, unchanged: 1 })
      yield* store.putRequests([request("a"), request("b")])
      assert.deepStrictEqual(yield* collect(store.outcomes()), [outcome("a", "small"), outcome("b", "small")])
    }).pipe(Effect.provide(layerMemory)))

  it.effect("takes the latest grade that is not imported as the quality", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request("a")])
      const quality = Effect.map(store.matrix(), (matrix) => matrix.quality[0]![0])
      yield* store.putGrades([grade("a", "small", "imported", 0.1)])
      assert.strictEqual(yield* quality, 0.1)
      yield* store.putGrades([grade("a", "small", "exact", 0.2), grade("a", "small", "imported", 0.3)])
      assert.strictEqual(yield* quality, 0.2)
      yield* store.putGrades([grade("a", "small", "json", 0.4)])
      assert.strictEqual(yield* quality, 0.4)
      yield* store.putGrades([grade("a", "small", "imported", 0.5)])
      assert.strictEqual(yield* quality, 0.4)
      assert.deepStrictEqual(yield* store.putGrades([grade("a", "small", "exact", 0.2)]), {
        inserted: 0,
        updated: 0,
        unchanged: 1
      })
      assert.strictEqual(yield* quality, 0.2)
      assert.deepStrictEqual(yield* store.query("SELECT count(*) AS n FROM grades WHERE effective"), [{ n: 1 }])
    }).pipe(Effect.provide(layerMemory)))
})

describe("matrix", () => {
  it.effect("lays outcomes out by row and tier, NaN where there is none", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([
        request("b", { ts: "2026-01-01T00:00:00Z" }),
        request("a", { ts: "2026-01-01T00:00:01Z", task: "code" }),
        request("z")
      ])
      yield* store.putOutcomes([
        outcome("a", "small", { cost_usd: 1, latency_ms: 10, signals: { lp_mean: -0.5 } }),
        outcome("b", "small", { cost_usd: 2, signals: { lp_mean: -0.25, margin: 1e-300 } }),
        outcome("z", "large", { cost_usd: 0 }),
        outcome("nowhere", "other", { cost_usd: 9 })
      ])
      yield* store.putGrades([grade("b", "small", "exact", 1), grade("a", "large", "exact", 0.5)])
      const matrix = yield* store.matrix()
      assert.deepStrictEqual(matrix, {
        tiers: ["large", "small"],
        requestIds: ["b", "a", "z"],
        tasks: ["support.classify", "code"],
        task: Uint32Array.of(0, 1, 0),
        ts: Float64Array.of(Date.UTC(2026, 0), Date.UTC(2026, 0, 1, 0, 0, 1), NaN),
        quality: [Float64Array.of(NaN, 0.5, NaN), Float64Array.of(1, NaN, NaN)],
        costUsd: [Float64Array.of(NaN, NaN, 0), Float64Array.of(2, 1, NaN)],
        latencyMs: [Float64Array.of(NaN, NaN, NaN), Float64Array.of(NaN, 10, NaN)],
        signals: new Map([
          ["lp_mean", [undefined, Float64Array.of(-0.25, -0.5, NaN)]],
          ["margin", [undefined, Float64Array.of(1e-300, NaN, NaN)]]
        ])
      })
      const narrow = yield* store.matrix({ where: "task = 'code'", tiers: ["small", "absent"] })
      assert.deepStrictEqual(narrow.requestIds, ["a"])
      assert.deepStrictEqual(narrow.costUsd, [Float64Array.of(1), Float64Array.of(NaN)])
      const answers = (tiers: ReadonlyArray<string>, limit?: number) =>
        Stream.runCollect(store.answers(tiers, { limit }))
      assert.deepStrictEqual(yield* answers(["small", "large"]), [{
        row: Int32Array.of(0, 1, 2),
        tier: Int32Array.of(0, 0, 1),
        output: ["answer b", "answer a", "answer z"]
      }])
      assert.deepStrictEqual((yield* answers(["small"], 1)).map(({ output }) => output), [["answer b"]])
      assert.deepStrictEqual(yield* answers(["large"], 2), [])
      assert.deepStrictEqual(yield* answers([]), [])
    }).pipe(Effect.provide(layerMemory)))

  it.effect("of an empty store is empty", () =>
    Effect.gen(function*() {
      const matrix = yield* (yield* Store).matrix()
      assert.deepStrictEqual([matrix.tiers, matrix.requestIds, matrix.quality, matrix.signals.size], [[], [], [], 0])
    }).pipe(Effect.provide(layerMemory)))
})

describe("facts", () => {
  it.effect("sums up each tier and counts what is stored", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request("a"), request("b"), request("c", { task: "code" })])
      yield* store.putOutcomes([
        outcome("a", "small", { cost_usd: 1, latency_ms: 10 }),
        outcome("b", "small", { cost_usd: 3, latency_ms: 30 }),
        { request_id: "c", tier: "small", error: "timeout", latency_ms: 999 }
      ])
      yield* store.putGrades([grade("a", "small", "exact", 1), grade("b", "small", "exact", 0)])
      assert.deepStrictEqual(yield* store.summary(), [{
        tier: "small",
        outcomes: 3,
        failed: 1,
        graded: 2,
        mean_quality: 0.5,
        mean_cost_usd: 2,
        total_cost_usd: 4,
        latency_p50_ms: 20,
        latency_p95_ms: 29
      }])
      assert.deepStrictEqual(yield* store.counts, { requests: 3, outcomes: 3, grades: 2, tasks: 2 })
    }).pipe(Effect.provide(layerMemory)))

  it.effect("digests what is stored, whatever the order of writing", () => {
    const digest = (order: ReadonlyArray<number>, quality = 1) =>
      Effect.gen(function*() {
        const store = yield* Store
        for (const i of order) {
          yield* store.putRequests([request(`r${i}`)])
          yield* store.putOutcomes([outcome(`r${i}`, "small", { signals: i > 1 ? { b: 1, a: i } : { a: i, b: 1 } })])
          yield* store.putGrades([grade(`r${i}`, "small", "exact", quality)])
        }
        return yield* store.digest()
      }).pipe(Effect.provide(layerMemory, { local: true }))
    return Effect.gen(function*() {
      const first = yield* digest([1, 2, 3])
      assert.match(first, /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* digest([3, 1, 2]), first)
      assert.notStrictEqual(yield* digest([1, 2]), first)
      assert.notStrictEqual(yield* digest([1, 2, 3], 0.5), first)
    })
  })

  it.effect("records runs, and tables with their certificates", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const started = { run_id: "1", command: "import", started_at: "2026-01-01T00:00:00+01:00", detail: { files: 2 } }
      yield* store.putRun(started)
      yield* store.putRun({ ...started, ended_at: "2026-01-01T00:00:05+01:00" })
      assert.deepStrictEqual(yield* store.query("SELECT * FROM runs"), [{
        ...started,
        started_at: "2025-12-31T23:00:00.000Z",
        ended_at: "2025-12-31T23:00:05.000Z",
        detail: `{"files":2}`
      }])
      const certificate = {
        certified: true,
        point: "balanced",
        statement: "within 2 %",
        test: "wsr",
        floor: 0.98,
        epsilon: 0.02,
        alpha: 0.05,
        n: 1000,
        n_effective: 1000,
        p_value: 0.01,
        sequence: [],
        more_requests_needed: null,
        labels: "graded",
        not_covered: ["shift"]
      }
      const table = { sha256: "ab", json: JSON.stringify({ certificate }), created_at: "2026-01-01T00:00:00Z" }
      yield* store.putTable(table)
      yield* store.putTable(table)
      assert.deepStrictEqual(
        yield* store.query(
          "SELECT point, n, p_value FROM certificates JOIN tables ON sha256 = table_sha256 WHERE sha256 = $id",
          { id: "ab" }
        ),
        [{ point: "balanced", n: 1000, p_value: 0.01 }]
      )
    }).pipe(Effect.provide(layerMemory)))
})
