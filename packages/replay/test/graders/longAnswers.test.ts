import { assert, describe, it } from "@effect/vitest"
import { choice } from "../../src/graders/choice.ts"
import { contains } from "../../src/graders/contains.ts"
import { json } from "../../src/graders/json.ts"
import { normalized } from "../../src/graders/normalized.ts"
import { numeric } from "../../src/graders/numeric.ts"

// What models write when they run away: one thing over and over.
const runs = [
  ".",
  " ",
  "\n",
  "1",
  "1,",
  "1 ",
  "(A) ",
  "*",
  "{",
  "[",
  "\\boxed{",
  "answer is ",
  "A or ",
  "```\n",
  "a.b ",
  "½"
]

describe("answers of 200,000 characters", () => {
  it.each(runs)("%j over and over is graded at once", (run) => {
    const answer = `x${run.repeat(200_000 / run.length)}x`
    const started = performance.now()
    for (const check of [normalized, numeric({}), contains({}), choice, json({ allowProse: true })]) check(answer, "1")
    assert.isBelow(performance.now() - started, 3000)
  })
})
