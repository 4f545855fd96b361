import { assert, describe, it } from "@effect/vitest"
import {
  agreement,
  answerFeatures,
  answerNames,
  denseFeatures,
  denseNames,
  makeHasher,
  requestView
} from "@spillway/policy"

const repeated = [
  "\n",
  " ",
  ".",
  ";",
  "$",
  "{",
  "\"",
  "|",
  "\t",
  "(",
  "\\",
  "`",
  "a",
  "1",
  "a ",
  ",\"",
  "\n ",
  "answer ",
  "i "
]

describe("features", () => {
  // Quadratic patterns take seconds here, linear ones less than a millisecond each.
  it.each(repeated)("take bounded time on one million times %j", (unit) => {
    const text = `x${unit.repeat(1_000_000 / unit.length)}x`
    const view = requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: text }] })
    const hasher = makeHasher(12)
    const started = performance.now()
    denseFeatures(view, new Float64Array(denseNames.length))
    hasher.hash(view.text, text)
    answerFeatures({ output: text }, new Float64Array(answerNames.length))
    agreement(text, `${text}y`)
    assert.isBelow(performance.now() - started, 1_000)
  })
})
