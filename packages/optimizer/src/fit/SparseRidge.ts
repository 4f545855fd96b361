import type { SparseRows } from "./SparseRows.ts"

/** A linear model over hashed text and dense features, with an intercept. */
export interface LinearModel {
  readonly intercept: number
  readonly dense: Float64Array
  readonly hashed: Float64Array
}

/** What {@link fitSparseRidge} reads: hashed text, and standardized dense features row by row. */
export interface RidgeInputs {
  readonly hashed: SparseRows
  readonly dense: Float64Array
  readonly denseColumns: number
}

/**
 * Weight of a dense feature beside the unit-length text vector: a standardized feature has variance 1, and there are
 * two dozen of them, so at full weight they would be all but unpenalized.
 */
const DENSE_SCALE = 0.2

/**
 * Ridge regression for several penalties at once by multi-shift conjugate gradients.
 *
 * The Krylov space of `A + lambda I` does not depend on lambda, so one run of conjugate gradients on the least penalty
 * gives the solutions of all others for the price of vector updates (Jegerlehner, hep-lat/9612014). Few iterations are
 * enough: stopping early regularizes further in the same direction as the penalty.
 *
 * @param rows indices of the training rows
 * @param target one value a training row, by position in `rows`
 * @param penalties ascending
 * @returns one model a penalty
 */
export const fitSparseRidge = (
  inputs: RidgeInputs,
  rows: Uint32Array,
  target: Float64Array,
  penalties: ReadonlyArray<number>,
  iterations = 16
): ReadonlyArray<LinearModel> => {
  const { dense, denseColumns, hashed } = inputs
  const columns = hashed.columns + denseColumns
  const mean = target.reduce((sum, y) => sum + y, 0) / Math.max(1, rows.length)
  const center = columnMeans(inputs, rows)
  const residual = new Float64Array(columns)
  const centered = target.map((y) => y - mean)
  multiplyTransposed(centered, residual)
  const shifts = penalties.map((p) => p - penalties[0]!)
  const x = penalties.map(() => new Float64Array(columns))
  const p = penalties.map(() => residual.slice())
  const zeta = penalties.map(() => 1), zetaBefore = penalties.map(() => 1)
  let alphaBefore = 1, betaBefore = 0
  let rr = dot(residual, residual)
  const first = rr
  const projected = new Float64Array(rows.length), product = new Float64Array(columns)
  for (let step = 0; step < iterations && rr > 1e-10 * first && rr > 0; step++) {
    const direction = p[0]!
    multiply(direction, projected)
    multiplyTransposed(projected, product)
    for (let j = 0; j < columns; j++) product[j]! += penalties[0]! * direction[j]!
    const alpha = rr / dot(direction, product)
    for (let j = 0; j < columns; j++) residual[j]! -= alpha * product[j]!
    const rrNext = dot(residual, residual)
    const beta = rrNext / rr
    for (let s = 0; s < penalties.length; s++) {
      const z = zeta[s]!, zb = zetaBefore[s]!
      const zNext = s === 0
        ? 1
        : (z * zb * alphaBefore) /
          (alpha * betaBefore * (zb - z) + zb * alphaBefore * (1 + shifts[s]! * alpha))
      const alphaS = alpha * zNext / z
      const betaS = beta * (zNext / z) ** 2
      const xs = x[s]!, ps = p[s]!
      for (let j = 0; j < columns; j++) {
        xs[j]! += alphaS * ps[j]!
        ps[j] = zNext * residual[j]! + betaS * ps[j]!
      }
      zetaBefore[s] = z
      zeta[s] = zNext
    }
    alphaBefore = alpha
    betaBefore = beta
    rr = rrNext
  }
  return x.map((w) => ({
    intercept: mean - dot(w, center),
    dense: w.subarray(hashed.columns).map((v) => v * DENSE_SCALE),
    hashed: w.subarray(0, hashed.columns)
  }))

  /** out = (X - 1 center') v */
  function multiply(v: Float64Array, out: Float64Array) {
    const shift = dot(v, center)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      let sum = -shift
      for (let e = hashed.offsets[row]!, end = hashed.offsets[row + 1]!; e < end; e++) {
        sum += hashed.values[e]! * v[hashed.indices[e]!]!
      }
      for (let d = 0, from = row * denseColumns; d < denseColumns; d++) {
        sum += DENSE_SCALE * dense[from + d]! * v[hashed.columns + d]!
      }
      out[i] = sum
    }
  }

  /** out = (X - 1 center')' u */
  function multiplyTransposed(u: Float64Array, out: Float64Array) {
    let total = 0
    out.fill(0)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!, weight = u[i]!
      total += weight
      for (let e = hashed.offsets[row]!, end = hashed.offsets[row + 1]!; e < end; e++) {
        out[hashed.indices[e]!]! += weight * hashed.values[e]!
      }
      for (let d = 0, from = row * denseColumns; d < denseColumns; d++) {
        out[hashed.columns + d]! += DENSE_SCALE * weight * dense[from + d]!
      }
    }
    for (let j = 0; j < out.length; j++) out[j]! -= total * center[j]!
  }
}

/** Prediction of a model for one row. */
export const predictRow = (model: LinearModel, inputs: RidgeInputs, row: number): number => {
  const { dense, denseColumns, hashed } = inputs
  let sum = model.intercept
  for (let e = hashed.offsets[row]!, end = hashed.offsets[row + 1]!; e < end; e++) {
    sum += hashed.values[e]! * model.hashed[hashed.indices[e]!]!
  }
  for (let d = 0, from = row * denseColumns; d < denseColumns; d++) sum += dense[from + d]! * model.dense[d]!
  return sum
}

/** Means of all columns over the rows: centring takes the intercept out of the penalty without filling the matrix. */
const columnMeans = (inputs: RidgeInputs, rows: Uint32Array): Float64Array => {
  const { dense, denseColumns, hashed } = inputs
  const means = new Float64Array(hashed.columns + denseColumns)
  for (const row of rows) {
    for (let e = hashed.offsets[row]!, end = hashed.offsets[row + 1]!; e < end; e++) {
      means[hashed.indices[e]!]! += hashed.values[e]!
    }
    for (let d = 0; d < denseColumns; d++) {
      means[hashed.columns + d]! += DENSE_SCALE * dense[row * denseColumns + d]!
    }
  }
  return means.map((sum) => sum / Math.max(1, rows.length))
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}
