import type { Config, Plan, RoutingTable, Stage, Tier } from "@spillway/domain"

/** Three tiers whose prices make costs easy to check: 1, 2 and 10 US dollars per million tokens, in and out. */
export const tiersAt = (provider: string): ReadonlyArray<Tier> =>
  ([["economy", 1], ["standard", 2], ["flagship", 10]] as const).map(([name, usd]) => ({
    name,
    provider,
    model: name,
    price: { input_usd_per_mtok: usd, output_usd_per_mtok: usd }
  }))

/** A configuration with one provider. */
export const configFor = (baseUrl: string, more: Partial<Config["providers"][string]> = {}): Config => ({
  providers: { upstream: { protocol: "openai", base_url: baseUrl, ...more } },
  tiers: [...tiersAt("upstream")]
})

const single = (tier: string): Plan => ({ kind: "single", entry: { lambda: 0, tiers: [tier] }, stages: [] })

/** Accepts an answer whose score, 1 plus its mean log-probability, reaches `confidence`, else asks the next tier. */
const stage = (tier: string, confidence: number, next: string): Stage => ({
  tier,
  score: "confidence",
  edges: [confidence],
  next: [next, null]
})

const cascade = (confidence: number): Plan => ({
  kind: "cascade",
  entry: { lambda: 0, tiers: ["economy"] },
  stages: [stage("economy", confidence, "standard"), stage("standard", confidence, "flagship")]
})

const expected = {
  n: 1,
  quality: 1,
  quality_interval: [1, 1] as const,
  cost_usd: 1,
  cost_interval: [1, 1] as const,
  latency_p50_ms: null,
  latency_p95_ms: null,
  shares: {},
  lower_bound: 1
}

const point = (name: string, plan: Plan) => ({ name, plans: [{ share: 1, plan }], segments: {}, expected })

const acceptor = (tier: string) => ({
  tier,
  score: "confidence" as const,
  inputs: [{ name: "signal:lp_mean", mean: 0, scale: 1, missing: -100, weight: 1 }],
  intercept: 0,
  calibrator: { kind: "isotonic" as const, x: [-1, 0], y: [0, 1] }
})

/**
 * A table over {@link tiersAt} with the points `always` (every answer escalates), `economy`, `balanced` (the default:
 * accepts from a mean log-probability of -0.5) and `flagship`.
 */
export const testTable = (tiers: ReadonlyArray<Tier> = tiersAt("upstream")): RoutingTable => ({
  format: "spillway.routing-table/1",
  tiers: tiers.map(({ model, name, price, settings }) => ({
    name,
    model,
    ...(price === undefined ? {} : { price }),
    ...(settings === undefined ? {} : { settings })
  })),
  flagship: "flagship",
  features: { version: 2, hash_bits: 8, dense: { names: [], mean: [], scale: [] } },
  heads: [],
  cost_heads: [],
  acceptors: [acceptor("economy"), acceptor("standard")],
  segments: [{ task: "", n: 1, value: { economy: 0.2, standard: 0.1, flagship: 0.9 }, cost_usd: {} }],
  points: [
    point("economy", single("economy")),
    point("balanced", cascade(0.5)),
    point("always", cascade(2)),
    point("flagship", single("flagship"))
  ],
  default_point: "balanced",
  objective: { confidence: 0.9 },
  certificate: {
    certified: false,
    point: "flagship",
    statement: "a table of a test",
    test: "none",
    floor: 0,
    epsilon: 0,
    alpha: 0.1,
    n: 0,
    n_effective: 0,
    p_value: 1,
    sequence: [],
    more_requests_needed: null,
    labels: "graded",
    not_covered: []
  },
  provenance: {
    spillway_version: "0.1.0",
    data_sha256: "0",
    seed: 1,
    requests: 0,
    outcomes: 0,
    fit: 0,
    select: 0,
    certify: 0,
    first_ts: null,
    last_ts: null
  }
})
