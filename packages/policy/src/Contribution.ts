/** One addend of a score. */
export interface Contribution {
  readonly feature: string
  readonly contribution: number
}

/** The `top` largest addends by size, largest first, and what a total is beside them. */
export const largest = (addends: Iterable<readonly [feature: string, addend: number]>, top: number): {
  readonly contributions: ReadonlyArray<Contribution>
  readonly rest: (total: number) => number
} => {
  const contributions = Array.from(addends, ([feature, contribution]) => ({ feature, contribution }))
    .filter(({ contribution }) => contribution !== 0)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, top)
  const listed = contributions.reduce((sum, { contribution }) => sum + contribution, 0)
  return { contributions, rest: (total) => total - listed }
}
