import type { Plan, RoutingTable, Tier } from "@spillway/domain"
import { denseNames } from "@spillway/policy"
import { testTable } from "../test/tables.ts"

const HASH_BITS = 14

/** Weights that look like noise and need no generator. */
const weights = (length: number, salt: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + salt) / 100)

/** Accepts whatever the economy tier says, but only after its test. */
const accept: Plan = {
  kind: "cascade",
  entry: { lambda: 1, tiers: ["economy", "standard"] },
  stages: [
    { tier: "economy", score: "confidence", edges: [2], next: [null, "standard"] },
    { tier: "standard", score: "confidence", edges: [2], next: [null, "flagship"] }
  ]
}

const route: Plan = { kind: "route", entry: { lambda: 1, tiers: ["economy", "standard", "flagship"] }, stages: [] }

/**
 * A table that does all the work that a decision can be: dense and hashed features of the request and a linear head a
 * tier. Its points are `route` (the answer is final) and `accept` (it is tested first).
 */
export const benchTable = (tiers: ReadonlyArray<Tier>): RoutingTable => {
  const table = testTable(tiers)
  const point = (name: string, plan: Plan) => ({ ...table.points[0]!, name, plans: [{ share: 1, plan }] })
  return {
    ...table,
    features: {
      version: 2,
      hash_bits: HASH_BITS,
      dense: { names: denseNames, mean: denseNames.map(() => 0), scale: denseNames.map(() => 1) }
    },
    heads: tiers.map(({ name }, i) => ({
      tier: name,
      target: name === "flagship" ? "quality" as const : "gain" as const,
      intercept: 0,
      dense: [...weights(denseNames.length, i)],
      hashed: Buffer.from(weights(2 ** HASH_BITS, i).buffer).toString("base64"),
      segment_weight: 1
    })),
    points: [...table.points, point("route", route), point("accept", accept)]
  }
}
