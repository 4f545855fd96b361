/**
 * Optimizes simulated traffic with text end to end, in processes of their own, beside a named baseline:
 *
 *     node --conditions=@spillway/source packages/optimizer/bench/optimize.ts [requests] [tiers] [file]
 *
 * 100,000 requests x 3 tiers where nothing is given. The database is written first, which is not measured; with `file` it
 * is kept there, and used as it is where it exists. The baseline is DuckDB's own pass over all that is stored: every text
 * measured, every number and signal summed, per tier. An optimizer that reads all of the data cannot do without it.
 */
import { layer, Store } from "@spillway/store"
import { Clock, Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { optimize } from "../src/Optimize.ts"
import { putSimulatedTraffic } from "./SimulatedTraffic.ts"

const seconds = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const cpu = process.cpuUsage(), wall = performance.now()
    return Effect.map(effect, (value) => {
      const { system, user } = process.cpuUsage(cpu)
      return { value, wall: (performance.now() - wall) / 1_000, cpu: (system + user) / 1e6 }
    })
  })

const show = (name: string, { cpu, wall }: { readonly cpu: number; readonly wall: number }) =>
  console.log(
    `${name.padEnd(24)} ${wall.toFixed(1).padStart(6)} s, ${cpu.toFixed(1).padStart(6)} s CPU, peak RSS ${
      Math.round(process.resourceUsage().maxRSS / 1024)
    } MB`
  )

/** The clock, which also notes the CPU time at each of its readings: the optimizer reads it at the end of every phase. */
const timed = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const live = yield* Clock.Clock
  const cpuAt = new Map<number, number>()
  const clock: Clock.Clock = Object.assign(Object.create(live) as Clock.Clock, {
    currentTimeMillisUnsafe: () => {
      const { system, user } = process.cpuUsage(), now = performance.now()
      cpuAt.set(now, (system + user) / 1e6)
      return now
    }
  })
  const run = yield* seconds(Effect.provideService(effect, Clock.Clock, clock))
  const readings = [...cpuAt.keys()]
  const nearest = (ms: number) => readings.reduce((a, b) => Math.abs(a - ms) <= Math.abs(b - ms) ? a : b)
  return { ...run, started: readings[0]!, cpuUntil: (ms: number) => cpuAt.get(nearest(ms))! }
})

const programs = {
  write: ([requests, tiers]: ReadonlyArray<number>) => putSimulatedTraffic(requests!, tiers!),
  scan: () =>
    Effect.gen(function*() {
      const { query } = yield* Store
      const run = yield* seconds(Effect.all([
        query("SELECT task, count(*), sum(strlen(messages)), min(ts), max(ts) FROM requests GROUP BY task"),
        query(
          `SELECT tier, sum(strlen(output)), sum(cost_usd), sum(latency_ms), sum(list_sum(map_values(signals)))
           FROM outcomes GROUP BY tier`
        ),
        query("SELECT tier, sum(quality) FROM grades WHERE effective GROUP BY tier")
      ]))
      show("DuckDB scan (baseline)", run)
    }),
  optimize: ([, tiers]: ReadonlyArray<number>) =>
    Effect.gen(function*() {
      const run = yield* timed(optimize({
        objective: { floor: 0.95, confidence: 0.9 },
        policy: "auto",
        seed: 1,
        version: "bench",
        flagship: `tier-${tiers! - 1}`
      }))
      const { report, table, warnings } = run.value
      show("optimize", run)
      let at = run.started
      for (const [phase, took] of Object.entries(report.timing)) {
        const cpu = run.cpuUntil(at + 1_000 * took) - run.cpuUntil(at)
        at += 1_000 * took
        console.log(`  ${phase.padEnd(22)} ${took.toFixed(1).padStart(6)} s, ${cpu.toFixed(1).padStart(6)} s CPU`)
      }
      for (const warning of warnings) console.log(`  ${warning}`)
      console.log(
        `  ${report.certificate.certified ? "certified" : "nothing certified"}: saves ${
          (100 * report.savings.saved_share).toFixed(1)
        } % by ${report.default_point}, on ${table.provenance.requests} requests`
      )
    })
}

const isProgram = (name: string | undefined): name is keyof typeof programs => name !== undefined && name in programs

const [first, ...rest] = process.argv.slice(2)
if (isProgram(first)) {
  const [path, ...sizes] = rest
  const program: Effect.Effect<void, unknown, Store> = programs[first](sizes.map(Number))
  await Effect.runPromise(Effect.provide(program, layer(path!, { readOnly: first !== "write" })))
} else {
  const [tiers = "3", file] = rest, requests = first ?? "100000"
  const directory = mkdtempSync(join(tmpdir(), "spillway-bench-"))
  const path = file ?? join(directory, "traffic.duckdb")
  const run = (name: keyof typeof programs) =>
    execFileSync(process.execPath, [
      ...process.execArgv,
      fileURLToPath(import.meta.url),
      name,
      path,
      requests,
      tiers
    ], { stdio: "inherit" })
  try {
    if (!existsSync(path)) run("write")
    console.log(`${requests} requests x ${tiers} tiers, file of ${Math.round(statSync(path).size / 1e6)} MB`)
    run("scan")
    run("optimize")
  } finally {
    rmSync(directory, { recursive: true })
  }
}
