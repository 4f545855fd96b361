import type { Acceptor, OperatingPoint, Plan, RoutingTable, Stage } from "@spillway/domain"

/** Four tiers, cheapest first. */
export const TIERS = ["mini", "small", "medium", "large"] as const

/** Scores an answer by its signal `s`, which should lie in [0, 1]; 0.25 where it is missing. */
export const acceptor = (tier: string, score: Acceptor["score"] = "confidence"): Acceptor => ({
  tier,
  score,
  inputs: [{ name: "signal:s", mean: 0, scale: 1, missing: 0.25, weight: 1 }],
  intercept: 0,
  calibrator: { kind: "isotonic", x: [0, 1], y: [0, 1] }
})

export const stage = (tier: string, edges: ReadonlyArray<number>, next: ReadonlyArray<string | null>): Stage => ({
  tier,
  score: "confidence",
  edges: [...edges],
  next: [...next]
})

export const plan = (
  tiers: ReadonlyArray<string>,
  stages: ReadonlyArray<Stage> = [],
  lambda = 0
): Plan => ({ kind: "cascade_routing", entry: { lambda, tiers: [...tiers] }, stages: [...stages] })

export const point = (
  name: string,
  plans: OperatingPoint["plans"],
  segments: OperatingPoint["segments"] = {}
): OperatingPoint => ({
  name,
  plans,
  segments,
  expected: {
    n: 1,
    quality: 1,
    quality_interval: [1, 1],
    cost_usd: 1,
    cost_interval: [1, 1],
    latency_p50_ms: null,
    latency_p95_ms: null,
    shares: {},
    lower_bound: 1
  }
})

/** A cascade mini -> small -> large on signal `s` as its default point, and `large` alone as the other. */
export const table: RoutingTable = {
  format: "spillway.routing-table/1",
  tiers: TIERS.map((name) => ({ name })),
  flagship: "large",
  features: { version: 2, hash_bits: 8, dense: { names: ["log_chars"], mean: [4], scale: [2] } },
  heads: [],
  cost_heads: TIERS.map((tier, k) => ({ tier, intercept_usd: 0, usd_per_char: 10 ** k * 1e-6 })),
  acceptors: TIERS.map((tier) => acceptor(tier)),
  segments: [
    { task: "", n: 100, value: { mini: 0.4, small: 0.2, medium: 0.1, large: 0.9 }, cost_usd: {} },
    { task: "support", n: 50, value: { mini: 0.1 }, cost_usd: { mini: 0.5 } },
    { task: "support.refund", n: 20, value: { small: 0 }, cost_usd: {} }
  ],
  points: [
    point("cascade", [{
      share: 1,
      plan: plan(["mini"], [
        stage("mini", [0.5], ["small", null]),
        stage("small", [0.3, 0.6], ["large", "medium", null])
      ])
    }]),
    point("large", [{ share: 1, plan: plan(["large"]) }])
  ],
  default_point: "cascade",
  objective: { confidence: 0.9 },
  certificate: {
    certified: false,
    point: "cascade",
    statement: "none",
    test: "none",
    floor: 0.98,
    epsilon: 0.02,
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
    spillway_version: "0",
    data_sha256: "0",
    seed: 0,
    requests: 0,
    outcomes: 0,
    fit: 0,
    select: 0,
    certify: 0,
    first_ts: null,
    last_ts: null
  }
}

/** A seeded generator of numbers in [0, 1): mulberry32. */
export const random = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ state >>> 15, 1 | state)
    t = (t + Math.imul(t ^ t >>> 7, 61 | t)) ^ t
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32
  }
}
