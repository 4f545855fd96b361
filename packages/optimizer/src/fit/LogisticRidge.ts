import { CholeskyDecomposition, Matrix } from "ml-matrix"

/** Weights of {@link fitLogisticRidge}: log-odds = `intercept + x . weights`. */
export interface LogisticModel {
  readonly intercept: number
  readonly weights: Float64Array
}

/** Newton's method squares its error, so the step after one this small would not be seen in nine digits. */
const TOLERANCE = 1e-5

/**
 * Logistic regression with a ridge penalty on all weights but the intercept, by Newton's method (iteratively
 * reweighted least squares). Targets may be fractions in [0, 1].
 *
 * @param x row-major, `target.length` rows of `columns` values, standardized
 * @param penalty ridge penalty in units of rows
 * @param start weights of a similar problem to begin from
 */
export const fitLogisticRidge = (
  x: Float64Array,
  columns: number,
  target: Float64Array,
  penalty: number,
  start?: LogisticModel
): LogisticModel => {
  const n = target.length
  const size = columns + 1
  const w = new Float64Array(size)
  if (start === undefined) {
    const base = clampProbability(target.reduce((sum, y) => sum + y, 0) / Math.max(1, n), n)
    w[columns] = Math.log(base / (1 - base))
  } else {
    w.set(start.weights)
    w[columns] = start.intercept
  }
  const hessian = Array.from({ length: size }, () => new Float64Array(size))
  const gradient = new Float64Array(size)
  for (let step = 0; step < 25; step++) {
    for (const row of hessian) row.fill(0)
    gradient.fill(0)
    for (let i = 0; i < n; i++) {
      const from = i * columns
      let z = w[columns]!
      for (let j = 0; j < columns; j++) z += x[from + j]! * w[j]!
      const p = 1 / (1 + Math.exp(-z))
      const error = target[i]! - p, curvature = Math.max(1e-6, p * (1 - p))
      for (let j = 0; j < columns; j++) {
        const xj = x[from + j]!
        if (xj === 0) continue
        gradient[j]! += error * xj
        const row = hessian[j]!, scaled = curvature * xj
        for (let k = 0; k <= j; k++) row[k]! += scaled * x[from + k]!
      }
      const last = hessian[columns]!
      for (let k = 0; k < columns; k++) last[k]! += curvature * x[from + k]!
      gradient[columns]! += error
      last[columns]! += curvature
    }
    for (let j = 0; j < columns; j++) {
      gradient[j]! -= penalty * w[j]!
      hessian[j]![j]! += penalty
    }
    hessian[columns]![columns]! += 1e-9
    const symmetric = Matrix.zeros(size, size)
    for (let j = 0; j < size; j++) {
      for (let k = 0; k <= j; k++) {
        symmetric.set(j, k, hessian[j]![k]!)
        symmetric.set(k, j, hessian[j]![k]!)
      }
    }
    const delta = new CholeskyDecomposition(symmetric).solve(Matrix.columnVector(gradient)).to1DArray()
    let largest = 0
    for (let j = 0; j < size; j++) {
      // Bounded steps keep separable data (all answers right) from running off before the penalty bites.
      const bounded = Math.max(-4, Math.min(4, delta[j]!))
      w[j]! += bounded
      largest = Math.max(largest, Math.abs(bounded))
    }
    if (largest < TOLERANCE) break
  }
  return { intercept: w[columns]!, weights: w.subarray(0, columns) }
}

/** Keeps a mean of n labels off 0 and 1 by half a label. */
const clampProbability = (mean: number, n: number): number => {
  const least = 0.5 / (n + 1)
  return Math.max(least, Math.min(1 - least, mean))
}
