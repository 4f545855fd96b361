import { normalCdf } from "./Normal.ts"

/** P(X >= x) of the chi-squared distribution, by the cube-root normal approximation of Wilson and Hilferty (1931). */
export const chiSquaredTail = (x: number, degrees: number): number => {
  const spread = 2 / (9 * degrees)
  return 1 - normalCdf((Math.cbrt(x / degrees) - (1 - spread)) / Math.sqrt(spread))
}
