import { assert, describe, it } from "@effect/vitest"
import type { Grade } from "@spillway/domain"
import { Effect } from "effect"
import { optimize, type OptimizeRequest } from "../../src/Optimize.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const request: OptimizeRequest = {
  objective: { floor: 0.85, confidence: 0.9 },
  policy: "cascade",
  seed: 1,
  version: "test",
  flagship: "large"
}

type Traffic = ReturnType<typeof syntheticTraffic>

/** The traffic as a judge sees it: it lets pass a share of the wrong answers. Sure grades stay for a share of requests. */
const judgedTraffic = (n: number, goldShare: number, lenience: (tier: string) => number): Traffic => {
  const traffic = syntheticTraffic(n, THREE_TIERS)
  const random = seededRandom(9)
  const gold = new Set(traffic.requests.filter(() => random.uniform() < goldShare).map((r) => r.request_id))
  return {
    ...traffic,
    grades: traffic.grades.flatMap((grade): ReadonlyArray<Grade> => {
      const quality = grade.quality === 1 || random.uniform() < lenience(grade.tier) ? 1 : 0
      const judged = { ...grade, grader: "judge", quality }
      return gold.has(grade.request_id) ? [{ ...grade, grader: "imported" }, judged] : [judged]
    })
  }
}

const withGrader = (traffic: Traffic, grader: string): Traffic => ({
  ...traffic,
  grades: traffic.grades.map((grade) => ({ ...grade, grader }))
})

describe("optimize with grades that are not truth", () => {
  it.effect("says that quality is graded, and what is not covered, where all grades are sure", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize(request)
      assert.strictEqual(certificate.labels, "graded")
      assert.isUndefined(certificate.gold)
      assert.isUndefined(certificate.segments)
      assert.notInclude(certificate.statement, "judge")
      assert.include(certificate.not_covered, "single tasks: the promise is about the mean over all requests")
      assert.include(certificate.not_covered, "errors of the graders themselves")
    }).pipe(Effect.provide(storeOf(syntheticTraffic(600, THREE_TIERS)))))

  it.effect("labels a judge's grades as such where nothing corrects them", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize(request)
      assert.strictEqual(certificate.labels, "judged")
      assert.isUndefined(certificate.gold)
      assert.include(certificate.statement, "mean judged quality (a judge's opinion, not corrected)")
      assert.match(certificate.not_covered.join("\n"), /the judge's bias: there are no sure grades/)
    }).pipe(Effect.provide(storeOf(judgedTraffic(500, 0, () => 0.3)))))

  it.effect("does not take a handful of sure grades for a correction", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize(request)
      assert.isUndefined(certificate.gold)
      assert.match(certificate.not_covered.join("\n"), /sure grades on \d+ requests are too few to correct it/)
    }).pipe(Effect.provide(storeOf(judgedTraffic(500, 0.05, () => 0.3)))))

  it.effect("labels agreement with the flagship as such", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize(request)
      assert.strictEqual(certificate.labels, "agreement_with_flagship")
      assert.include(certificate.statement, "mean agreement with the flagship's answers (there are no sure grades)")
      assert.match(certificate.not_covered.join("\n"), /agreement with it is not quality/)
    }).pipe(Effect.provide(storeOf(withGrader(syntheticTraffic(500, THREE_TIERS), "agreement")))))

  const blind = judgedTraffic(2_400, 0.5, (tier) => tier === "small" ? 1 : 0)
  it.effect("certifies by sure grades: a judge that is blind to the small tier's mistakes does not pass it", () =>
    Effect.gen(function*() {
      const { table } = yield* optimize({ ...request, objective: { floor: 0.95, confidence: 0.9 } })
      const { certificate } = table
      assert.isAbove(table.points.find((p) => p.name === "cheapest")!.expected.quality, 0.99, "as the judge sees it")
      assert.notStrictEqual(certificate.point, "cheapest")
      assert.isBelow(table.points.find((p) => p.name === "cheapest")!.expected.lower_bound, 0.8)
      assert.isAbove(certificate.gold!.requests, 250)
      assert.match(certificate.statement, /\d+ requests have them, and correct the judge/)
      assert.include(certificate.test, "prediction-powered")
    }).pipe(Effect.provide(storeOf(blind))))

  it.effect("certifies a saving with a fair judge and sure grades on a third", () =>
    Effect.gen(function*() {
      const { table: { certificate }, report } = yield* optimize(request)
      assert.isTrue(certificate.certified, certificate.statement)
      assert.isAbove(report.savings.saved_share, 0.1)
      assert.isAtMost(certificate.gold!.interval[0], certificate.gold!.difference)
      assert.isAbove(certificate.gold!.lambda, 0.5)
    }).pipe(Effect.provide(storeOf(judgedTraffic(3_600, 0.33, () => 0.1)))))

  it.effect("reads grades by both, per task: sure tasks need no correction", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize(request)
      assert.strictEqual(certificate.labels, "judged")
      assert.isDefined(certificate.gold)
      // About half of the requests are of the sure task and correct nothing.
      assert.isBelow(certificate.gold!.requests, 0.3 * certificate.n)
    }).pipe(Effect.provide(storeOf((() => {
      const judged = judgedTraffic(1_400, 0.4, () => 0.2), sure = syntheticTraffic(1_400, THREE_TIERS)
      const math = new Set(judged.requests.filter((r) => r.task === "math.word").map((r) => r.request_id))
      const isMath = ({ request_id }: Grade) => math.has(request_id)
      return { ...judged, grades: [...sure.grades.filter(isMath), ...judged.grades.filter((g) => !isMath(g))] }
    })()))))
})

describe("optimize with a floor for each task", () => {
  it.effect("gives a verdict on each task and says it", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize({
        ...request,
        objective: { floor: 0.85, task_floor: 0.7, confidence: 0.9 }
      })
      assert.isTrue(certificate.certified, certificate.statement)
      assert.deepStrictEqual(certificate.segments!.map((s) => s.task), ["math.word", "support.intent"])
      assert.strictEqual(certificate.segments!.reduce((sum, s) => sum + s.n, 0), certificate.n)
      for (const s of certificate.segments!) assert.strictEqual(s.certified, s.p_value <= certificate.alpha)
      const intent = certificate.segments!.find((s) => s.task === "support.intent")!
      assert.isTrue(intent.certified)
      assert.match(
        certificate.statement,
        /Of single tasks, with 90 % confidence in all of these together, .*"support.intent"/
      )
      assert.notInclude(certificate.not_covered.join("\n"), "single tasks: the promise is about the mean")
    }).pipe(Effect.provide(storeOf(syntheticTraffic(2_000, THREE_TIERS)))))

  it.effect("certifies no task for a floor that none keeps", () =>
    Effect.gen(function*() {
      const { table: { certificate } } = yield* optimize({
        ...request,
        objective: { floor: 0.85, task_floor: 1, confidence: 0.9 }
      })
      assert.notStrictEqual(certificate.point, "flagship")
      assert.isFalse(certificate.segments!.some((s) => s.certified))
      assert.include(certificate.statement, "For no single task")
    }).pipe(Effect.provide(storeOf(syntheticTraffic(1_200, THREE_TIERS)))))

  it.effect("holds every task's floor where the flagship is served", () =>
    Effect.gen(function*() {
      const { table } = yield* optimize({ ...request, objective: { floor: 1, task_floor: 0.9, confidence: 0.99 } })
      assert.strictEqual(table.default_point, "flagship")
      assert.isTrue(table.certificate.segments!.every((s) => s.certified))
    }).pipe(Effect.provide(storeOf(syntheticTraffic(60, THREE_TIERS)))))
})
