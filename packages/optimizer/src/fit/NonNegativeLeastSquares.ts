/**
 * Non-negative ridge regression of a few columns by cyclic coordinate descent: stacking weights that cannot play one
 * predictor against another (Breiman 1996, "Stacked regressions").
 *
 * @param penalty on the squared distance of the weights from `prior`: noise variance over prior variance
 * @returns intercept and one weight a column
 */
export const fitNonNegative = (
  columns: ReadonlyArray<Float64Array>,
  target: Float64Array,
  penalty: number,
  prior: ReadonlyArray<number>
): { readonly intercept: number; readonly weights: ReadonlyArray<number> } => {
  const n = target.length
  const mean = (x: Float64Array) => x.reduce((sum, v) => sum + v, 0) / Math.max(1, n)
  const centers = columns.map(mean), center = mean(target)
  const product = (a: Float64Array, ca: number, b: Float64Array, cb: number) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += (a[i]! - ca) * (b[i]! - cb)
    return sum
  }
  const gram = columns.map((a, j) => columns.map((b, k) => product(a, centers[j]!, b, centers[k]!)))
  const right = columns.map((a, j) => product(a, centers[j]!, target, center) + penalty * prior[j]!)
  const weights = [...prior]
  for (let round = 0; round < 500; round++) {
    let largest = 0
    for (let j = 0; j < columns.length; j++) {
      const others = weights.reduce((sum, w, k) => k === j ? sum : sum + w * gram[j]![k]!, 0)
      const next = Math.max(0, (right[j]! - others) / (gram[j]![j]! + penalty))
      largest = Math.max(largest, Math.abs(next - weights[j]!))
      weights[j] = next
    }
    if (largest < 1e-10) break
  }
  return { intercept: center - weights.reduce((sum, w, j) => sum + w * centers[j]!, 0), weights }
}
