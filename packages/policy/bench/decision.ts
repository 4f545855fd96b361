/**
 * Time of one decision for a 2 kB prompt, and of its parts: `node --conditions=@spillway/source
 * packages/policy/bench/decision.ts`. The baseline hashes the same text byte by byte with FNV-1a and does nothing else.
 */
import { UNTASKED } from "@spillway/domain"
import {
  agreement,
  answerFeatures,
  answerNames,
  compile,
  compileClusters,
  denseFeatures,
  denseNames,
  makeHasher
} from "@spillway/policy"
import { fnv1a } from "../src/features/Fnv.ts"
import { ANSWER, asView, BITS, clusters, routing, texts, timesOf } from "./DecisionCase.ts"

const measure = <A>(name: string, items: ReadonlyArray<A>, work: (item: A) => unknown) => {
  const { bestP99, p50, p99 } = timesOf(items, work)
  console.log(`${name.padEnd(54)}${[p50, p99, bestP99].map((micros) => micros.toFixed(1).padStart(10)).join("")}`)
}

console.log(`${"microseconds".padEnd(54)}${["p50", "p99", "p99 best"].map((name) => name.padStart(10)).join("")}`)
const policy = compile(routing)
const hasher = makeHasher(BITS)
const dense = new Float64Array(denseNames.length)
const { assign } = compileClusters(clusters)
const answer = new Float64Array(answerNames.length)

for (const chars of [500, 2_048]) {
  const sample = texts(chars, 1_000)
  const views = sample.map(asView)
  const untasked = views.map((view) => ({ ...view, task: UNTASKED }))
  measure(`${chars} characters: baseline, FNV-1a of the text`, sample, (text) => fnv1a(text))
  measure(`${chars} characters: hashed n-grams`, sample, (text) => hasher.hash(text))
  measure(`${chars} characters: cluster of a request without a task`, untasked, assign)
  measure(`${chars} characters: dense features`, views, (view) => denseFeatures(view, dense))
  measure(`${chars} characters: decision (features, scores, begin)`, sample, (text) => policy.begin(asView(text)))
  measure(
    `${chars} characters: decision and acceptance`,
    sample,
    (text) => policy.begin(asView(text)).answered(ANSWER)
  )
  measure(`${chars} characters: answer features`, sample, (output) => answerFeatures({ output }, answer))
  measure(`${chars} characters: agreement of two answers`, sample, (output) => agreement(output, sample[0]!))
}
measure("100,000 characters: decision", texts(100_000, 20), (text) => policy.begin(asView(text)))
