import { BadInput } from "@spillway/domain"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { existsSync } from "node:fs"
import { relative } from "node:path"
import { samplePath } from "../SampleData.ts"
import { simulatedConfiguration } from "../SimulatedConfiguration.ts"
import { writeFileWhole } from "../WriteFile.ts"
import { SIMULATED_PORT } from "./Simulate.ts"

export const initCommand = Command.make(
  "init",
  {
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write (default: spillway.yaml)"),
      Flag.withDefault("spillway.yaml")
    ),
    simulated: Flag.Boolean("simulated").pipe(
      Flag.withDescription("Configure the simulated provider and the sample traffic's graders: no key, no cost"),
      Flag.withDefault(false)
    ),
    force: Flag.Boolean("force").pipe(Flag.withDescription("Write over a file that is there"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function*({ force, out, simulated }) {
    if (existsSync(out) && !force) {
      return yield* new BadInput({
        source: out,
        problem: "exists already",
        mend: "Write over it with --force, or name another with --out"
      })
    }
    if (simulated) {
      yield* writeFileWhole(
        out,
        yield* simulatedConfiguration({
          about: "Spillway with the simulated provider: start it with \"spillway simulate\" in another terminal.",
          baseUrl: `http://127.0.0.1:${SIMULATED_PORT}/v1`,
          port: 8787
        })
      )
      return yield* Console.log(
        `Wrote ${out}. Run "spillway simulate" in another terminal, then here: spillway import ${
          relative("", samplePath("requests.jsonl.gz"))
        }`
      )
    }
    yield* writeFileWhole(out, TEMPLATE)
    yield* Console.log(`Wrote ${out}. Set your tiers, prices and graders in it, then: spillway import LOGS.jsonl`)
  })
).pipe(Command.withDescription("Write a commented spillway.yaml"))

const TEMPLATE = `# Spillway configuration. Paths are relative to this file.
database: spillway.duckdb

providers:
  openai:
    protocol: openai # any server that speaks OpenAI's chat completions
    base_url: https://api.openai.com/v1
    api_key_env: OPENAI_API_KEY # name of the environment variable; the key itself never stands in a file
    concurrency: 8 # calls in flight during a replay
    # requests_per_minute: 500
    # tokens_per_minute: 200000
    timeout_ms: 120000
    max_retries: 4

# Cheapest first. The last is the flagship that quality is measured against, unless \`flagship\` names another.
# Prices are yours to set, in US dollars per million tokens; without one a tier's cost is unknown, not zero.
tiers:
  - name: economy
    provider: openai
    model: gpt-4.1-nano
    price: { input_usd_per_mtok: 0.1, cached_input_usd_per_mtok: 0.025, output_usd_per_mtok: 0.4 }
  - name: standard
    provider: openai
    model: gpt-4.1-mini
    price: { input_usd_per_mtok: 0.4, cached_input_usd_per_mtok: 0.1, output_usd_per_mtok: 1.6 }
  - name: flagship
    provider: openai
    model: gpt-4.1
    price: { input_usd_per_mtok: 2, cached_input_usd_per_mtok: 0.5, output_usd_per_mtok: 8 }
    # settings: { max_completion_tokens: 1024 } # laid over every request of this tier

# How answers are graded against a request's \`reference\`: exact, normalized, numeric, contains, regex, choice, json
# or a command of your own.
graders:
  default: { type: normalized }
  # tasks:
  #   support.classify: { type: exact }
  #   billing.extract: { type: json, fields: [total, currency] }
  #   essay: { type: command, command: [python3, grade.py] }

# The cheapest policy that keeps 98 % of the flagship's quality, promised with 95 % confidence.
objective:
  floor: 0.98
  confidence: 0.95

# Vectors of the requests, which the table reads only where cross-validation gains by them: see docs/embeddings.md.
# embeddings: { provider: openai, model: text-embedding-3-small, price: { input_usd_per_mtok: 0.02 } }

proxy:
  host: 127.0.0.1
  port: 8787
  table: routing-table.json
  logs: logs
`
