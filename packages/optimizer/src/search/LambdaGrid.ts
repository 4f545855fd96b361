import { hullOf } from "./Hull.ts"

/** The best point of a search at some price. */
export interface PricedPoint {
  readonly lambda: number
  readonly quality: number
  readonly cost: number
}

export interface CoverOptions {
  /** Most calls of the search. */
  readonly points: number
  /** Stop when no two neighbours on the hull are further apart than this share of the range of cost. Default 0.02. */
  readonly gap?: number | undefined
}

/**
 * Chooses prices so that the frontier is covered evenly in cost. Starts from the two ends, then asks again and again at
 * the slope between the two neighbours on the hull that are furthest apart in cost: the price at which both are equally
 * good, so that any point above their line is found (Aneja and Nair 1979). Returns the hull of all points found,
 * cheapest first.
 *
 * `ends` are the prices of the dearest and of the cheapest plan worth finding, for instance {@link priceRange}.
 */
export const coverByPrice = <P extends PricedPoint>(
  search: (lambda: number) => P,
  ends: readonly [low: number, high: number],
  { gap = 0.02, points }: CoverOptions
): Array<P> => {
  const found: Array<P> = [search(ends[1]), search(ends[0])]
  const settled = new Set<string>()
  const range = found[1]!.cost - found[0]!.cost
  while (found.length < points) {
    const line = hullOf(found)
    let widest = -1
    for (let j = 0; j + 1 < line.length; j++) {
      const width = line[j + 1]!.cost - line[j]!.cost
      if (width <= gap * range || settled.has(`${line[j]!.cost} ${line[j + 1]!.cost}`)) continue
      if (widest < 0 || width > line[widest + 1]!.cost - line[widest]!.cost) widest = j
    }
    if (widest < 0) break
    const a = line[widest]!
    const b = line[widest + 1]!
    found.push(search((b.quality - a.quality) / (b.cost - a.cost)))
    settled.add(`${a.cost} ${b.cost}`)
  }
  return hullOf(found)
}
