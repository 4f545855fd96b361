import { SIMULATED_MODELS } from "@spillway/providers"
import { stringify } from "yaml"

/** `spillway.yaml` of the demo: the simulated tiers at their prices, and the sample traffic's graders. */
export const demoConfiguration = (baseUrl: string, graders: unknown): string =>
  stringify({
    database: "spillway.duckdb",
    providers: { simulated: { protocol: "openai", base_url: baseUrl, concurrency: 32, timeout_ms: 30_000 } },
    tiers: SIMULATED_MODELS.map(({ name, price }) => ({ name, provider: "simulated", model: name, price })),
    graders,
    objective: { floor: 0.97, confidence: 0.9 },
    proxy: { host: "127.0.0.1", port: 0, table: "routing-table.json", logs: "logs" }
  })
