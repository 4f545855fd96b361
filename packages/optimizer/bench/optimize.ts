// Optimizes 100,000 requests x 3 tiers with text, end to end, and prints seconds by phase and peak memory beside the time
// of reading the same rows and hashing their text, which no optimizer of text can do without.
//
//   node --conditions=@spillway/source packages/optimizer/bench/optimize.ts [requests]
import { makeHasher, requestView } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { optimize } from "../src/Optimize.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../test/SyntheticTraffic.ts"

const requests = Number(process.argv[2] ?? 100_000)

const seconds = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const cpu = process.cpuUsage(), wall = performance.now()
    return Effect.map(effect, (value) => {
      const { system, user } = process.cpuUsage(cpu)
      return { value, wall: (performance.now() - wall) / 1_000, cpu: (system + user) / 1e6 }
    })
  })

const readAndHash = Effect.gen(function*() {
  const store = yield* Store
  const hasher = makeHasher(16)
  yield* store.matrix()
  yield* Stream.runForEach(store.requests(), (chunk) =>
    Effect.sync(() => {
      for (const request of chunk) hasher.hash(requestView(request).text)
    }))
})

const program = Effect.gen(function*() {
  const baseline = yield* seconds(readAndHash)
  const run = yield* seconds(optimize({
    objective: { floor: 0.95, confidence: 0.9 },
    policy: "auto",
    seed: 1,
    version: "bench",
    flagship: "large"
  }))
  const { report } = run.value
  console.log(`${requests} requests x ${THREE_TIERS.length} tiers, certified: ${report.certificate.certified}`)
  console.log(`read and hash (baseline): ${baseline.cpu.toFixed(1)} s CPU, ${baseline.wall.toFixed(1)} s`)
  console.log(
    `optimize: ${run.cpu.toFixed(1)} s CPU, ${run.wall.toFixed(1)} s, ${
      (run.cpu / baseline.cpu).toFixed(1)
    } x baseline, ` +
      `peak ${report.peak_rss_mb} MB`
  )
  console.log(report.timing)
})

await Effect.runPromise(program.pipe(Effect.provide(storeOf(syntheticTraffic(requests, THREE_TIERS)))))
