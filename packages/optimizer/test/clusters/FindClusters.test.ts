import { assert, describe, it } from "@effect/vitest"
import { compileClusters, requestView } from "@spillway/policy"
import { findClusters } from "../../src/clusters/FindClusters.ts"
import { WordSetsBuilder } from "../../src/data/WordSets.ts"
import { KINDS, trafficOf } from "./KindsOfWork.ts"

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]

/** Requests of the kinds in turn, their instructions made by row. */
const setsOf = (n: number, system: (i: number) => string) => {
  const views = trafficOf(KINDS, n).requests.map((request, i) =>
    requestView({ ...request, messages: [{ role: "system", content: system(i) }, ...request.messages] })
  )
  const builder = new WordSetsBuilder(n)
  for (const view of views) builder.add(view)
  const sets = builder.finish()!
  return { sets, views, requests: Uint32Array.from(sets.rows.keys()) }
}

/** By cluster, what its requests have in common: the share of the most frequent value among them, at least. */
const purity = (
  { requests, sets, views }: ReturnType<typeof setsOf>,
  k: number,
  valueOf: (i: number) => number | string
): number => {
  const { assign } = compileClusters(findClusters(sets, requests, k, 1))
  const counts = new Map<string, Map<number | string, number>>()
  views.forEach((view, i) => {
    const { task } = assign(view)
    const of = counts.get(task) ?? new Map()
    counts.set(task, of.set(valueOf(i), (of.get(valueOf(i)) ?? 0) + 1))
  })
  assert.isAbove(counts.size, 1)
  return Math.min(...Array.from(counts.values(), (of) => {
    const sizes = [...of.values()]
    return Math.max(...sizes) / sizes.reduce((a, b) => a + b)
  }))
}

describe("findClusters", () => {
  it("finds the applications by their instructions, whatever the date in them", () => {
    const applications = [
      "You moderate a hobby forum. Allow a post, or say why it breaks the house rules: spam, insults, private data.",
      "Repair the program of a pupil so that every check holds, change only wrong lines and explain nothing.",
      "Summarize the minutes for the board in three sentences with every decision, deadline and amount."
    ]
    const traffic = setsOf(
      900,
      (i) => `${applications[Math.floor(i / 4) % 3]!} Today is ${WEEKDAYS[i % 5]!}. Answer briefly and politely.`
    )
    assert.strictEqual(purity(traffic, 16, (i) => Math.floor(i / 4) % 3), 1)
  })

  it("finds the kinds of work by their text where a date is all that differs in the instructions", () => {
    const traffic = setsOf(800, (i) => `You are a helpful assistant. Today is ${WEEKDAYS[i % 5]!}, the ${i % 28}th.`)
    assert.strictEqual(purity(traffic, 8, (i) => i % KINDS.length), 1)
  })

  it("tells a cluster by at most 256 words, with weights above zero", () => {
    const { requests, sets } = setsOf(600, () => "Be brief.")
    const clusters = findClusters(sets, requests, 8, 1)
    assert.isAtLeast(clusters.length, 2)
    for (const { weights, words } of clusters) {
      const bytes = Buffer.from(weights, "base64")
      assert.isAtMost(bytes.length / 4, 256)
      assert.strictEqual(Buffer.from(words, "base64").length / 2, bytes.length / 4)
      for (let i = 0; i < bytes.length; i += 4) assert.isAbove(bytes.readFloatLE(i), 0)
    }
  })

  it("is none where no word tells requests apart", () => {
    const { requests, sets } = setsOf(600, () => "Be brief.")
    const alike = { ...sets, ids: new Uint16Array(sets.rows.length).fill(7), offsets: sets.offsets.map((_, i) => i) }
    assert.deepStrictEqual(findClusters(alike, requests, 8, 1), [])
    assert.deepStrictEqual(findClusters(sets, new Uint32Array(0), 8, 1), [])
  })
})
