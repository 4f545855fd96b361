import { BadInput, Request } from "@spillway/domain"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { mkdir, rm } from "node:fs/promises"
import { join, resolve } from "node:path"
import { gunzipSync } from "node:zlib"
import { runSpillway, startSpillway } from "../demo/Child.ts"
import { readServed } from "../demo/Measured.ts"
import { demoSummary } from "../demo/Summary.ts"
import { readSample, samplePath } from "../SampleData.ts"
import { sampleGraders, simulatedConfiguration } from "../SimulatedConfiguration.ts"
import { readTable } from "../TableFile.ts"
import { notWritten, writeFileWhole } from "../WriteFile.ts"

const decodeRequest = Schema.decodeUnknownSync(Schema.fromJsonString(Request))
/** Begins the configuration of a demo, by which its folder is known. */
const ABOUT = "Written by spillway demo."

export const demoCommand = Command.make(
  "demo",
  {
    dir: Flag.String("dir").pipe(
      Flag.withDescription("Folder to work in, made anew (default: demo)"),
      Flag.withDefault("demo")
    )
  },
  Effect.fnUntraced(function*({ dir: given }) {
    const dir = resolve(given)
    const step = (args: ReadonlyArray<string>) =>
      Console.log(`\n$ spillway ${args.join(" ")}`).pipe(Effect.andThen(runSpillway(args, dir)))

    if (!(yield* Effect.try({ try: () => mayBeMadeAnew(dir), catch: notWritten(dir) }))) {
      return yield* new BadInput({
        source: dir,
        problem: "holds files that no demo wrote, and a demo makes its folder anew",
        mend: "Name another folder with --dir, or remove this one",
        usage: true
      })
    }
    const graders = yield* sampleGraders
    const holdout = yield* readSample("holdout.jsonl.gz")
    const requests = gunzipSync(holdout).toString().split("\n").filter((line) => line !== "").map((line) =>
      decodeRequest(line)
    )
    yield* Effect.tryPromise({
      try: async () => {
        await rm(dir, { recursive: true, force: true })
        await mkdir(dir, { recursive: true })
      },
      catch: notWritten(dir)
    })

    yield* Console.log("Simulated models answer over real HTTP on this machine: no key, no cost, nothing leaves it.")
    const provider = yield* startSpillway(["simulate", "--port", "0", "--latency-scale", "0.02"], dir)
    yield* writeFileWhole(
      join(dir, "spillway.yaml"),
      yield* simulatedConfiguration({ about: ABOUT, baseUrl: provider, port: 0 })
    )

    yield* step(["import", samplePath("requests.jsonl.gz")])
    yield* step(["replay"])
    yield* step(["grade"])
    yield* step(["optimize"])
    yield* step(["report"])

    yield* Console.log(
      `\n$ spillway serve\n... and ${requests.length} new requests through it with the official openai client`
    )
    // Not needed by any other command, and no dependency of the installed package.
    const { sendTraffic } = yield* Effect.promise(() => import("../demo/LiveTraffic.ts"))
    yield* Effect.scoped(Effect.gen(function*() {
      const proxy = yield* startSpillway(["serve"], dir)
      yield* sendTraffic(proxy, "spillway", requests, "")
      yield* sendTraffic(proxy, "flagship", requests, "~flagship")
    }))
    const byId = new Map(requests.map((request) => [request.request_id, request]))
    const served = yield* readServed(join(dir, "logs"), byId, graders)
    const routing = yield* readTable(join(dir, "routing-table.json"))
    yield* Console.log(`\n${
      demoSummary(
        routing,
        served.filter((s) => !s.request_id.endsWith("~flagship")),
        served.filter((s) => s.request_id.endsWith("~flagship"))
      )
    }`)
    yield* Console.log(`
Open ${join(dir, "report.html")}.

To use it yourself: "spillway init", name your provider and tiers in spillway.yaml, import your own logs, replay, grade,
optimize, "spillway serve", and point your client at it:

  new OpenAI({ baseURL: "http://127.0.0.1:8787/v1" }) with model: "spillway"`)
  }, Effect.scoped)
).pipe(Command.withDescription("Run the whole loop on sample traffic and simulated models in ./demo"))

/** True for a folder that is missing, empty, or left by a demo. */
const mayBeMadeAnew = (dir: string): boolean => {
  if (!existsSync(dir)) return true
  if (!statSync(dir).isDirectory()) return false
  if (readdirSync(dir).length === 0) return true
  const configuration = join(dir, "spillway.yaml")
  return existsSync(configuration) && readFileSync(configuration, "utf8").startsWith(`# ${ABOUT}\n`)
}
