import { BadInput } from "@spillway/domain"

/** Throws the `BadInput` of a routing table that cannot be run; `field` is a path such as `points[0].plans`. */
export const refuse = (field: string, problem: string, mend: string): never => {
  throw new BadInput({ source: "routing table", field, problem, mend })
}

const REWRITE = "Write the table anew with `spillway optimize`"

/** Refuses unless `condition` holds. */
export function demand(condition: boolean, field: string, problem: string, mend = REWRITE): asserts condition {
  if (!condition) refuse(field, problem, mend)
}

/** Index of a tier by its name; refuses an unknown one. */
export const tierIndex = (tiers: ReadonlyArray<string>, tier: string, field: string): number => {
  const index = tiers.indexOf(tier)
  demand(index >= 0, field, `unknown tier "${tier}"`, `Use one of: ${tiers.join(", ")}`)
  return index
}

/** Refuses a repeated name; `field` tells the path of the i-th. */
export const demandDistinct = (names: ReadonlyArray<string>, field: (i: number) => string): void => {
  const seen = new Set<string>()
  for (const [i, name] of names.entries()) {
    demand(!seen.has(name), field(i), `"${name}" is there twice`, "Keep one of them")
    seen.add(name)
  }
}
