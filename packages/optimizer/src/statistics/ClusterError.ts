import { mean } from "./Moments.ts"

/** Standard error of the mean difference, with rows of one group taken as one observation. */
export const clusterError = (a: Float64Array, b: Float64Array, groups: Uint32Array): number => {
  const sums = new Map<number, number>()
  a.forEach((value, i) => sums.set(groups[i]!, (sums.get(groups[i]!) ?? 0) + value - b[i]!))
  const center = mean([...sums.values()])
  const squares = [...sums.values()].reduce((sum, d) => sum + (d - center) ** 2, 0)
  return Math.sqrt(squares) / Math.max(1, a.length)
}
