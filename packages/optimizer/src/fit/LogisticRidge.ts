import { CholeskyDecomposition, Matrix } from "ml-matrix"

/** Weights of {@link fitLogisticRidge}: log-odds = `intercept + x . weights`. */
export interface LogisticModel {
  readonly intercept: number
  readonly weights: Float64Array
}

/** Newton's method squares its error, so the step after one this small would not be seen in nine digits. */
const TOLERANCE = 1e-5
const MOST_STEPS = 25
/** A step is halved so often at most. */
const MOST_HALVINGS = 20

/**
 * Logistic regression with a ridge penalty on all weights but the intercept, by Newton's method (iteratively
 * reweighted least squares), whose steps are halved until the penalized loss falls: whole ones can run back and forth
 * for ever where most labels are the same. Targets may be fractions in [0, 1]. Where all targets are 0, or all are 1, no
 * finite intercept is best: weights are then 0, and the intercept keeps the probability off them by half a label.
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
  const mean = target.reduce((sum, y) => sum + y, 0) / Math.max(1, n)
  const base = clampProbability(mean, n)
  const constant = { intercept: Math.log(base / (1 - base)), weights: new Float64Array(columns) }
  if (mean === 0 || mean === 1) return constant
  const { intercept, weights } = start ?? constant
  let w = Float64Array.of(...weights, intercept)
  const problem = makeProblem(columnsWithOnes(x, columns, n), target, penalty)
  for (let step = 0, loss = problem.moveTo(w); step < MOST_STEPS; step++) {
    const newton = problem.newtonStep(w)
    if (Math.max(...newton.map(Math.abs)) < TOLERANCE) {
      w = w.map((weight, j) => weight + newton[j]!)
      break
    }
    for (let halvings = 0, share = 1;; halvings++, share /= 2) {
      const next = w.map((weight, j) => weight + share * newton[j]!), nextLoss = problem.moveTo(next)
      if (nextLoss <= loss || halvings === MOST_HALVINGS) {
        w = next
        loss = nextLoss
        break
      }
    }
  }
  return { intercept: w[columns]!, weights: w.subarray(0, columns) }
}

/** Penalized log-loss of weights, the intercept last, with what Newton's method reads of it. */
const makeProblem = (byColumn: ReadonlyArray<Float64Array>, target: Float64Array, penalty: number) => {
  const size = byColumn.length
  const errors = new Float64Array(target.length), curvature = new Float64Array(target.length)
  const hessian = new Matrix(size, size)

  /** The loss at `w`, where the next step starts. */
  const moveTo = (w: Float64Array): number => {
    let loss = logLosses(byColumn, w, target, errors, curvature)
    for (let j = 0; j + 1 < size; j++) loss += 0.5 * penalty * w[j]! ** 2
    return loss
  }

  /** From `w`, where {@link moveTo} was last called. */
  const newtonStep = (w: Float64Array): ReadonlyArray<number> => {
    const gradient = byColumn.map((column, j) => dot(column, errors) - (j + 1 < size ? penalty * w[j]! : 0))
    fillHessian(byColumn, curvature, hessian)
    for (let j = 0; j < size; j++) hessian.set(j, j, hessian.get(j, j) + (j + 1 < size ? penalty : 1e-9))
    return new CholeskyDecomposition(hessian).solve(Matrix.columnVector(gradient)).to1DArray()
  }

  return { moveTo, newtonStep }
}

/** The columns of a row-major matrix, and one of ones. Sums over a column run many times as fast as those over a row. */
const columnsWithOnes = (x: Float64Array, columns: number, n: number): ReadonlyArray<Float64Array> =>
  Array.from({ length: columns + 1 }, (_, j) => {
    const column = new Float64Array(n)
    if (j === columns) column.fill(1)
    else for (let i = 0, at = j; i < n; i++, at += columns) column[i] = x[at]!
    return column
  })

/** Sum of log-losses; writes what is left of each target, and the variance of the label that the weights foretell. */
const logLosses = (
  byColumn: ReadonlyArray<Float64Array>,
  w: Float64Array,
  target: Float64Array,
  errors: Float64Array,
  curvature: Float64Array
): number => {
  const logOdds = errors.fill(w.at(-1)!)
  for (let j = 0; j + 1 < w.length; j++) {
    const column = byColumn[j]!, weight = w[j]!
    for (let i = 0; i < column.length; i++) logOdds[i]! += column[i]! * weight
  }
  let loss = 0
  // The sum of logarithms as that of products, which costs a multiplication a row.
  let product = 1
  for (let i = 0; i < target.length; i++) {
    const z = logOdds[i]!, y = target[i]!, inverseOdds = Math.exp(-z), p = 1 / (1 + inverseOdds)
    loss += (1 - y) * z
    if (inverseOdds > 1e100) loss -= z
    else product *= 1 + inverseOdds
    if (product > 1e200) {
      loss += Math.log(product)
      product = 1
    }
    errors[i] = y - p
    curvature[i] = Math.max(1e-6, p * (1 - p))
  }
  return loss + Math.log(product)
}

/** Sums over rows of `curvature x_j x_k`, both halves. */
const fillHessian = (byColumn: ReadonlyArray<Float64Array>, curvature: Float64Array, hessian: Matrix): void => {
  const scaled = new Float64Array(curvature.length)
  byColumn.forEach((column, j) => {
    for (let i = 0; i < scaled.length; i++) scaled[i] = curvature[i]! * column[i]!
    for (let k = 0; k <= j;) {
      if (k + 3 <= j) {
        const sums = fourDots(scaled, byColumn[k]!, byColumn[k + 1]!, byColumn[k + 2]!, byColumn[k + 3]!)
        for (const sum of sums) {
          hessian.set(j, k, sum)
          hessian.set(k++, j, sum)
        }
      } else {
        const sum = dot(scaled, byColumn[k]!)
        hessian.set(j, k, sum)
        hessian.set(k++, j, sum)
      }
    }
  })
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Dot products of a vector with four others, which read it once. */
const fourDots = (v: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array) => {
  let onA = 0, onB = 0, onC = 0, onD = 0
  for (let i = 0; i < v.length; i++) {
    const value = v[i]!
    onA += value * a[i]!
    onB += value * b[i]!
    onC += value * c[i]!
    onD += value * d[i]!
  }
  return [onA, onB, onC, onD]
}

/** Keeps a mean of n labels off 0 and 1 by half a label. */
const clampProbability = (mean: number, n: number): number => {
  const least = 0.5 / (n + 1)
  return Math.max(least, Math.min(1 - least, mean))
}
