import type { RoutingTable } from "@spillway/domain"
import type { FrontierPoint, OptimizeReport, TaskResult } from "@spillway/optimizer"

const point = (
  name: string,
  cost: number,
  quality: number,
  latency: readonly [number, number],
  shares: readonly [number, number, number],
  lower: number
): FrontierPoint => ({
  name,
  cost_usd: cost,
  quality,
  quality_interval: [quality - .021, Math.min(1, quality + .019)],
  cost_interval: [cost * .94, cost * 1.07],
  latency_p50_ms: latency[0],
  latency_p95_ms: latency[1],
  shares: { economy: shares[0], standard: shares[1], flagship: shares[2] },
  lower_bound: lower
})

const task = (
  name: string,
  n: number,
  flagshipQuality: number,
  quality: number,
  cost: number,
  flagshipCost: number,
  shares: readonly [number, number, number]
): TaskResult => ({
  task: name,
  n,
  flagship_quality: flagshipQuality,
  quality,
  quality_interval: [quality - .04, Math.min(1, quality + .035)],
  cost_usd: cost,
  flagship_cost_usd: flagshipCost,
  saving: 1 - cost / flagshipCost,
  own_plan: name === "extract.invoice",
  tier_shares: { economy: shares[0], standard: shares[1], flagship: shares[2] }
})

const bins = (bend: number) =>
  Array.from({ length: 10 }, (_, i) => {
    const predicted = .05 + i / 10
    return { predicted, observed: Math.min(1, predicted ** bend), n: 20 + 9 * i * i }
  })

/** A report of the size and shape that the sample traffic gives. */
export const exampleReport: OptimizeReport = {
  frontier: [
    point("cheapest", .000092, .713, [410, 980], [1, 0, 0], .741),
    point("cost-11", .000214, .802, [450, 1820], [.84, .14, .02], .842),
    point("cost-17", .000331, .851, [470, 2400], [.74, .2, .06], .898),
    point("cost-26", .000507, .889, [520, 3150], [.66, .23, .11], .944),
    point("cost-38", .000741, .909, [610, 3900], [.58, .22, .2], .976),
    point("cost-57", .001112, .919, [890, 4400], [.41, .2, .39], .984),
    point("flagship", .00195, .917, [1650, 4100], [0, 0, 1], 1)
  ],
  oracle: [
    { cost_usd: .000092, quality: .713 },
    { cost_usd: .00014, quality: .86 },
    { cost_usd: .00023, quality: .931 },
    { cost_usd: .00041, quality: .969 },
    { cost_usd: .00052, quality: .973 }
  ],
  baselines: [
    { name: "always cheapest", cost_usd: .000092, quality: .713, note: "economy" },
    {
      name: "always flagship",
      cost_usd: .00195,
      quality: .917,
      quality_interval: [.897, .934],
      note: "flagship"
    },
    { name: "best single tier (selected)", cost_usd: .00195, quality: .917, note: "flagship" },
    { name: "best single tier (hindsight)", cost_usd: .00195, quality: .917, note: "flagship" },
    { name: "random mix 25%", cost_usd: .000557, quality: .764 },
    { name: "random mix 50%", cost_usd: .001021, quality: .815 },
    { name: "random mix 75%", cost_usd: .001486, quality: .866 },
    { name: "length only", cost_usd: .000741, quality: .822, note: "longer requests to the flagship" },
    { name: "task only", cost_usd: .000741, quality: .839, note: "tasks with more to gain to the flagship" },
    { name: "oracle", cost_usd: .00052, quality: .973, note: "knows every grade beforehand" }
  ],
  mix: [
    { cost_usd: .000092, quality: .713 },
    { cost_usd: .00041, quality: .82 },
    { cost_usd: .00195, quality: .917 }
  ],
  held_out: true,
  certificate: {
    certified: true,
    point: "cost-38",
    statement:
      "With 90 % confidence, on traffic like the 480 requests it was tested on, mean quality is at least 98 % " +
      "of the flagship's at point \"cost-38\".",
    test: "betting test (Waudby-Smith and Ramdas) on paired grades, down a fixed order of operating points (fallback)",
    floor: .98,
    epsilon: .01834,
    alpha: .1,
    n: 480,
    n_effective: 451.3,
    p_value: .0231,
    sequence: [
      { point: "cost-57", p_value: .00004, level: .05 },
      { point: "cost-38", p_value: .0231, level: .1 },
      { point: "cost-26", p_value: .4417, level: .1 },
      { point: "cost-17", p_value: 1, level: .05 }
    ],
    more_requests_needed: 2150,
    labels: "graded",
    not_covered: [
      "traffic that differs from the requests it was tested on: watch for drift and certify again",
      "single tasks: the promise is about the mean over all requests",
      "errors of the graders themselves",
      "prices that change"
    ]
  },
  default_point: "cost-38",
  objective: { floor: .98, confidence: .9, requests_per_month: 450_000 },
  portfolio: [
    { class: "single", score: .9112, stderr: .0061, chosen: false },
    { class: "route", score: .9164, stderr: .0059, chosen: false },
    { class: "cascade", score: .9241, stderr: .0055, chosen: false },
    { class: "route_cascade", score: .9263, stderr: .0054, chosen: true }
  ],
  tasks: [
    task("code.repair", 47, .861, .848, .001431, .00352, [.21, .3, .49]),
    task("extract.invoice", 61, .934, .929, .000884, .00231, [.52, .28, .2]),
    task("math.word_problem", 64, .891, .875, .000902, .00174, [.44, .25, .31]),
    task("moderation.flag", 65, .938, .938, .000211, .00091, [.86, .11, .03]),
    task("policy.qa", 59, .881, .864, .00132, .00394, [.4, .28, .32]),
    task("summarize.facts", 49, .951, .949, .000903, .00242, [.55, .24, .21]),
    task("support.classify", 77, .935, .935, .000282, .00112, [.81, .14, .05]),
    task("support.intent", 58, .948, .931, .000263, .00108, [.84, .16, 0])
  ],
  calibration: [
    { tier: "economy", n: 480, ece: .0312, brier: .1421, auroc: .847, bins: bins(1.12) },
    { tier: "standard", n: 201, ece: .0468, brier: .1633, auroc: .782, bins: bins(.8) }
  ],
  savings: {
    flagship_usd: .93612,
    policy_usd: .35568,
    saved_usd: .58044,
    saved_interval: [.5391, .6184],
    saved_share: .62005,
    requests: 480
  },
  timing: { load: .41, fit: 2.204, search: 1.377, certify: .518 },
  peak_rss_mb: 412.6
}

const head = (tier: string) => ({
  tier,
  target: "gain" as const,
  intercept: 0,
  dense: [],
  hashed: "",
  segment_weight: 1
})

/** The table that belongs to {@link exampleReport}, with what the report reads of it. */
export const exampleTable: RoutingTable = {
  format: "spillway.routing-table/1",
  tiers: [
    { name: "economy", model: "sim-economy", price: { input_usd_per_mtok: .1, output_usd_per_mtok: .4 } },
    {
      name: "standard",
      model: "sim-standard",
      settings: { reasoning_effort: "low" },
      price: { input_usd_per_mtok: .4, output_usd_per_mtok: 1.6 }
    },
    { name: "flagship", model: "sim-flagship", price: { input_usd_per_mtok: 2, output_usd_per_mtok: 8 } }
  ],
  flagship: "flagship",
  features: { version: 2, hash_bits: 12, dense: { names: [], mean: [], scale: [] } },
  heads: [head("economy"), head("standard")],
  cost_heads: [],
  acceptors: [],
  segments: [],
  points: exampleReport.frontier.map((expected) => ({
    name: expected.name,
    plans: [{ share: 1, plan: { kind: "single", entry: { lambda: 0, tiers: ["flagship"] }, stages: [] } }],
    segments: {},
    expected: { ...expected, n: 480 }
  })),
  default_point: "cost-38",
  objective: exampleReport.objective,
  certificate: exampleReport.certificate,
  provenance: {
    spillway_version: "0.1.0",
    data_sha256: "9f2c7a1e5b0d4c83a6f1e2d3c4b5a697887766554433221100ffeeddccbbaa99",
    seed: 1,
    requests: 2400,
    outcomes: 7200,
    fit: 1200,
    select: 720,
    certify: 480,
    first_ts: "2026-01-12T05:44:31.151Z",
    last_ts: "2026-01-25T22:34:22.428Z"
  }
}
