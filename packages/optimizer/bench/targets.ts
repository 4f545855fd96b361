// Measures the optimizer against its targets on the recorded data that is present, prints the table and writes it with
// its details to reports/optimizer.md.
//
//   npm run -s bench:optimizer -- [--quick] [row ...]
//
// The data comes from the folder in SPILLWAY_DATA, or ../shared/data. Named rows are printed and not written.
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { recordedFolder } from "./targets/RecordedData.ts"
import { markdownTable, type Measured, type Target } from "./targets/Target.ts"
import { targets } from "./targets/Targets.ts"

const REPORT = fileURLToPath(new URL("../../../reports/optimizer.md", import.meta.url))

const args = process.argv.slice(2)
const quick = args.includes("--quick")
const names = args.filter((arg) => arg !== "--quick")
const unknown = names.find((name) => targets.every((target) => target.name !== name))
if (unknown !== undefined) {
  console.error(`no row "${unknown}"; rows: ${targets.map(({ name }) => name).join(", ")}`)
  process.exit(2)
}

interface Job {
  readonly target: Target<unknown, unknown>
  readonly part: unknown
  readonly key: string
}

/** Rows of the same measurement share its results. */
const measurements = targets.map(({ measure }) => measure)
const keyOf = (target: Target<unknown, unknown>, part: unknown): string =>
  `${measurements.indexOf(target.measure)} ${JSON.stringify(part)}`

const wanted = targets.filter(({ name }) => names.length === 0 || names.includes(name))
  .map((target) => ({ target, parts: target.parts(quick) }))
const results = new Map<string, unknown>()

/** Runs jobs in order on some worker threads. */
const run = async (jobs: ReadonlyArray<Job>, threads: number): Promise<void> => {
  const queue = [...jobs]
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, async () => {
    const worker = new Worker(new URL("./targets/PartWorker.ts", import.meta.url))
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const { key, part, target } = job
      const started = performance.now()
      const { result } = await new Promise<{ readonly result: unknown }>((resolve, reject) => {
        worker.once("message", resolve).once("error", reject)
        worker.postMessage({ name: target.name, part }, [])
      })
      worker.removeAllListeners("error")
      results.set(key, result)
      console.error(`${target.name} ${JSON.stringify(part)}: ${((performance.now() - started) / 1_000).toFixed(1)} s`)
    }
    await worker.terminate()
  }))
}

const jobsOf = (alone: boolean): ReadonlyArray<Job> => {
  const jobs = wanted.filter(({ target }) => (target.alone ?? false) === alone)
    .flatMap(({ parts, target }) => parts.map((part): Job => ({ target, part, key: keyOf(target, part) })))
  return [...new Map(jobs.map((job) => [job.key, job])).values()]
}

const started = performance.now()
await run(jobsOf(false), Math.min(2, availableParallelism()))
await run(jobsOf(true), 1)

const measured = wanted.map(({ parts, target }): readonly [Target<unknown, unknown>, Measured] => [
  target,
  parts.length === 0
    ? { measured: "-", verdict: "not measured", details: [`No recorded data for this row in ${recordedFolder}.`] }
    : target.report(parts.map((part) => results.get(keyOf(target, part))))
])
const table = markdownTable(
  ["what", "reference", "must", "aim", "measured", "verdict"],
  measured.map((
    [{ aim, must, reference, what }, { measured, verdict }]
  ) => [what, reference, must, aim, measured, verdict])
)
console.log(table)
const details = measured.flatMap(([{ name, what }, { details }]) => [`## ${what}`, `Row \`${name}\`.`, ...details])
if (names.length > 0) console.log(`\n${details.join("\n\n")}`)
else {
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  const head = [
    "# The optimizer against its targets",
    `Written by \`npm run bench:optimizer\`${
      quick ? " with `--quick`, on a part of the data" : ""
    } on recorded answers of ` +
    `real models, which are not part of this repository; it took ${minutes} minutes. Intervals are 95 % intervals, those ` +
    "of differences and ratios paired. References come from the literature, on other data of the same kind.",
    table
  ]
  writeFileSync(REPORT, `${[...head, ...details].join("\n\n")}\n`)
  execFileSync("npx", ["dprint", "fmt", REPORT], { stdio: "inherit" })
}
