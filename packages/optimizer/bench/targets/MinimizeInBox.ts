/** Reflection, expansion, contraction and shrinking of Nelder and Mead's simplex. */
const [REFLECT, EXPAND, CONTRACT, SHRINK] = [1, 2, 0.5, 0.5]
const MOST_STEPS = 400
const TOLERANCE = 1e-9

/**
 * A local minimum of a function over a box, without derivatives (Nelder and Mead 1965); points outside the box are moved
 * to its edge.
 */
export const minimizeInBox = (
  f: (at: ReadonlyArray<number>) => number,
  start: ReadonlyArray<number>,
  low: ReadonlyArray<number>,
  high: ReadonlyArray<number>
): { readonly at: ReadonlyArray<number>; readonly value: number } => {
  const inside = (at: ReadonlyArray<number>) => at.map((v, j) => Math.max(low[j]!, Math.min(high[j]!, v)))
  const vertex = (at: ReadonlyArray<number>) => {
    const point = inside(at)
    return { at: point, value: f(point) }
  }
  // Each further corner lies a quarter of the box away, towards its roomier side.
  let simplex = [
    vertex(start),
    ...start.map((_, j) =>
      vertex(start.map((v, i) => i !== j ? v : v + (v - low[j]! > high[j]! - v ? -0.25 : 0.25) * (high[j]! - low[j]!)))
    )
  ]
  for (let step = 0; step < MOST_STEPS; step++) {
    simplex.sort((a, b) => a.value - b.value)
    const best = simplex[0]!, worst = simplex.at(-1)!, second = simplex.at(-2)!
    if (worst.value - best.value < TOLERANCE) break
    const others = simplex.slice(0, -1)
    const center = start.map((_, j) => others.reduce((sum, { at }) => sum + at[j]!, 0) / others.length)
    const towards = (share: number) => vertex(center.map((c, j) => c + share * (c - worst.at[j]!)))
    const reflected = towards(REFLECT)
    if (reflected.value < best.value) {
      const expanded = towards(EXPAND)
      simplex[simplex.length - 1] = expanded.value < reflected.value ? expanded : reflected
    } else if (reflected.value < second.value) simplex[simplex.length - 1] = reflected
    else {
      const contracted = reflected.value < worst.value ? towards(CONTRACT) : towards(-CONTRACT)
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[simplex.length - 1] = contracted
      else {
        simplex = [best, ...simplex.slice(1).map(({ at }) => vertex(best.at.map((b, j) => b + SHRINK * (at[j]! - b))))]
      }
    }
  }
  return simplex.reduce((a, b) => b.value < a.value ? b : a)
}
