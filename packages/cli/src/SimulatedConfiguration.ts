import { Grader } from "@spillway/domain"
import { SIMULATED_MODELS } from "@spillway/providers"
import { Effect, Schema } from "effect"
import { parse, stringify } from "yaml"
import { readSample } from "./SampleData.ts"

const decodeGraders = Schema.decodeUnknownSync(Schema.Struct({
  default: Schema.optionalKey(Grader),
  tasks: Schema.optionalKey(Schema.Record(Schema.String, Grader))
}))

/** How the sample traffic is graded. */
export const sampleGraders = Effect.map(readSample("graders.yaml"), (bytes) => decodeGraders(parse(bytes.toString())))

/** A `spillway.yaml` of the simulated tiers at their prices, with the sample traffic's graders. */
export const simulatedConfiguration = (options: {
  /** First line, a comment. */
  readonly about: string
  /** Where the simulated provider listens. */
  readonly baseUrl: string
  /** Where the proxy shall listen; 0 takes a free port. */
  readonly port: number
}) =>
  Effect.map(sampleGraders, (graders) =>
    `# ${options.about}\n${
      stringify({
        database: "spillway.duckdb",
        providers: {
          simulated: { protocol: "openai", base_url: options.baseUrl, concurrency: 32, timeout_ms: 30_000 }
        },
        tiers: SIMULATED_MODELS.map(({ name, price }) => ({ name, provider: "simulated", model: name, price })),
        graders,
        objective: { floor: 0.97, confidence: 0.9 },
        proxy: { host: "127.0.0.1", port: options.port, table: "routing-table.json", logs: "logs" }
      })
    }`)
