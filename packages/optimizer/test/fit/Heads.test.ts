import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { groupFolds } from "../../src/data/Folds.ts"
import { loadDataset } from "../../src/data/LoadDataset.ts"
import { fitHeads } from "../../src/fit/Heads.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const TASKS = 8

/** Right answers of the small tier fall from task to task by `spread` in all; the text says nothing of it. */
const tasksApart = (n: number, spread: number, seed: number) => {
  const traffic = syntheticTraffic(n, [THREE_TIERS[0]!, THREE_TIERS[2]!], seed)
  const random = seededRandom(seed + 100)
  const taskOf = new Map(traffic.requests.map(({ request_id }) => [request_id, random.integer(TASKS)]))
  return {
    ...traffic,
    requests: traffic.requests.map((request) => ({
      ...request,
      task: `t${taskOf.get(request.request_id)}`,
      messages: [{ role: "user" as const, content: `request ${request.request_id}` }]
    })),
    grades: traffic.grades.map((grade) => {
      const wrong = grade.tier === "small" ? 0.4 + spread * (taskOf.get(grade.request_id)! / (TASKS - 1) - 0.5) : 0.1
      return { ...grade, quality: random.uniform() < wrong ? 0 : 1 }
    })
  }
}

/** What the head of the small tier's gain says on average of the rows of each task, and its weight on tasks. */
const gainsByTask = (traffic: ReturnType<typeof tasksApart>, seed: number) =>
  Effect.gen(function*() {
    const { data } = yield* loadDataset({ flagship: "large" })
    const rows = Uint32Array.from(data.requestIds.keys())
    const { heads } = fitHeads(data, rows, groupFolds(data.group, 5, seed), 5)
    const { crossFitted, segments, segmentWeight } = heads.find((head) => head.target === "gain")!
    const byTask = Array.from({ length: TASKS }, (_, t) => segmentWeight * segments.get(`t${t}`)!.mean)
    return { byTask, crossFitted: [...crossFitted] }
  }).pipe(Effect.provide(storeOf(traffic)))

const rankCorrelation = (values: ReadonlyArray<number>): number => {
  const rank = values.map((v) => values.filter((w) => w < v).length)
  const center = (values.length - 1) / 2
  const spread = rank.reduce((sum, _, t) => sum + (t - center) ** 2, 0)
  return rank.reduce((sum, r, t) => sum + (r - center) * (t - center), 0) / spread
}

describe("ex-ante heads", () => {
  it.effect("rank requests by their task with few labels: cross-fitted means of tasks are not thrown out by the stack", () =>
    Effect.gen(function*() {
      for (const seed of [1, 2, 3, 4, 5]) {
        const { byTask, crossFitted } = yield* gainsByTask(tasksApart(200, 0.5, seed), seed)
        assert.isAbove(new Set(crossFitted.map((gain) => gain.toFixed(6))).size, TASKS, `seed ${seed}`)
        assert.isAbove(Math.max(...byTask) - Math.min(...byTask), 0.02, `seed ${seed}`)
        assert.isAbove(rankCorrelation(byTask), 0.5, `seed ${seed}`)
      }
    }))

  it.effect("say nearly the same of tasks that are the same", () =>
    Effect.gen(function*() {
      const { byTask } = yield* gainsByTask(tasksApart(1_000, 0, 1), 1)
      assert.isBelow(Math.max(...byTask) - Math.min(...byTask), 0.15)
    }))
})
