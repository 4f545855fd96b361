import { normalQuantile } from "./Normal.ts"

/** Score interval of a proportion (Wilson 1927): approximate, close to nominal from small n; [0, 1] where n = 0. */
export const wilson = (successes: number, n: number, confidence: number): [low: number, high: number] => {
  if (n === 0) return [0, 1]
  const z = normalQuantile((1 + confidence) / 2)
  const share = successes / n
  const shrink = 1 + z * z / n
  const centre = (share + z * z / (2 * n)) / shrink
  const half = z / shrink * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}
