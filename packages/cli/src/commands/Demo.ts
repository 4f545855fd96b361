import { Grader, Request } from "@spillway/domain"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { gunzipSync } from "node:zlib"
import { parse } from "yaml"
import { runSpillway, startSpillway } from "../demo/Child.ts"
import { demoConfiguration } from "../demo/Configuration.ts"
import { sendTraffic } from "../demo/LiveTraffic.ts"
import { readServed } from "../demo/Measured.ts"
import { demoSummary } from "../demo/Summary.ts"
import { samplePath } from "../SampleData.ts"
import { readTable } from "../TableFile.ts"

const decodeRequest = Schema.decodeUnknownSync(Schema.fromJsonString(Request))
const decodeGraders = Schema.decodeUnknownSync(Schema.Struct({
  default: Schema.optionalKey(Grader),
  tasks: Schema.optionalKey(Schema.Record(Schema.String, Grader))
}))

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

    const graders = decodeGraders(parse(yield* Effect.promise(() => readFile(samplePath("graders.yaml"), "utf8"))))
    const holdout = yield* Effect.promise(() => readFile(samplePath("holdout.jsonl.gz")))
    const requests = gunzipSync(holdout).toString().split("\n").filter((line) => line !== "").map((line) =>
      decodeRequest(line)
    )
    yield* Effect.promise(async () => {
      await rm(dir, { recursive: true, force: true })
      await mkdir(dir, { recursive: true })
    })

    yield* Console.log("Simulated models answer over real HTTP on this machine: no key, no cost, nothing leaves it.")
    const provider = yield* startSpillway(["simulate", "--port", "0", "--latency-scale", "0.02"], dir)
    yield* Effect.promise(() => writeFile(join(dir, "spillway.yaml"), demoConfiguration(provider, graders)))

    yield* step(["import", samplePath("requests.jsonl.gz")])
    yield* step(["replay"])
    yield* step(["grade"])
    yield* step(["optimize"])
    yield* step(["report"])

    yield* Console.log(
      `\n$ spillway serve\n... and ${requests.length} new requests through it with the official openai client`
    )
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
