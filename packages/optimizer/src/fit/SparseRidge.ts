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
/** Enough for the penalties in use; stopping early regularizes further in the same direction as the penalty. */
const ITERATIONS = 6

/**
 * Ridge regression of several targets for several penalties at once by multi-shift conjugate gradients.
 *
 * The Krylov space of `A + lambda I` does not depend on lambda, so one run of conjugate gradients on the least penalty
 * gives the solutions of all others for the price of vector updates (Jegerlehner, hep-lat/9612014). The targets run side
 * by side, their vectors interleaved, so that each entry of the matrix is read once for all of them.
 *
 * @param rows indices of the training rows
 * @param targets each with one value a training row, by position in `rows`
 * @param penalties ascending
 * @returns models by target, then penalty
 */
export const fitSparseRidge = (
  inputs: RidgeInputs,
  rows: Uint32Array,
  targets: ReadonlyArray<Float64Array>,
  penalties: ReadonlyArray<number>
): ReadonlyArray<ReadonlyArray<LinearModel>> => {
  const { hashed } = inputs
  const width = targets.length
  const columns = hashed.columns + inputs.denseColumns
  const means = targets.map((y) => y.reduce((sum, v) => sum + v, 0) / Math.max(1, rows.length))
  const product = centeredProduct(inputs, rows, width)
  const centered = new Float64Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    for (let t = 0; t < width; t++) centered[i * width + t] = targets[t]![i]! - means[t]!
  }
  const residual = new Float64Array(columns * width), image = new Float64Array(columns * width)
  product.transposed(centered, residual)
  const x = penalties.map(() => new Float64Array(columns * width))
  const direction = penalties.map(() => residual.slice())
  const projected = new Float64Array(rows.length * width)
  const runs = Array.from(columnDots(residual, residual, width), (rr) => ({
    rr,
    alphaBefore: 1,
    betaBefore: 0,
    zeta: penalties.map(() => 1),
    zetaBefore: penalties.map(() => 1)
  }))
  for (let step = 0; step < ITERATIONS; step++) {
    const first = direction[0]!
    product.plain(first, projected)
    product.transposed(projected, image)
    for (let j = 0; j < image.length; j++) image[j]! += penalties[0]! * first[j]!
    const curvature = columnDots(first, image, width)
    const alpha = runs.map((run, t) => curvature[t]! > 0 ? run.rr / curvature[t]! : 0)
    for (let j = 0, t = 0; j < residual.length; j++, t = t + 1 === width ? 0 : t + 1) {
      residual[j]! -= alpha[t]! * image[j]!
    }
    const next = columnDots(residual, residual, width)
    for (let s = 0; s < penalties.length; s++) {
      const shift = penalties[s]! - penalties[0]!
      const steps = runs.map((run, t) => {
        const z = run.zeta[s]!, before = run.zetaBefore[s]!, beta = run.rr > 0 ? next[t]! / run.rr : 0
        const zeta = s === 0 ? 1 : (z * before * run.alphaBefore) /
          (alpha[t]! * run.betaBefore * (before - z) + before * run.alphaBefore * (1 + shift * alpha[t]!))
        run.zetaBefore[s] = z
        run.zeta[s] = zeta
        return { alpha: alpha[t]! * zeta / z, beta: beta * (zeta / z) ** 2, zeta }
      })
      const xs = x[s]!, ps = direction[s]!
      for (let t = 0; t < width; t++) {
        const { alpha, beta, zeta } = steps[t]!
        for (let j = t; j < xs.length; j += width) {
          xs[j]! += alpha * ps[j]!
          ps[j] = zeta * residual[j]! + beta * ps[j]!
        }
      }
    }
    runs.forEach((run, t) => {
      run.betaBefore = run.rr > 0 ? next[t]! / run.rr : 0
      run.alphaBefore = alpha[t]!
      run.rr = next[t]!
    })
    // A target that is fitted to the last bit divides nothing by nothing from here on.
    if (runs.some((run) => !(run.rr > 1e-20))) break
  }
  return targets.map((_, t) =>
    x.map((solution) => {
      const w = Float64Array.from({ length: columns }, (_, j) => solution[j * width + t]!)
      let shift = 0
      for (let j = 0; j < columns; j++) shift += w[j]! * product.center[j]!
      return {
        intercept: means[t]! - shift,
        dense: w.subarray(hashed.columns).map((v) => v * DENSE_SCALE),
        hashed: w.subarray(0, hashed.columns)
      }
    })
  )
}

/**
 * Predictions of several models for some rows, reading each row once for all of them. `predicted` is scratch memory,
 * valid within the call.
 */
export const predictRows = (
  models: ReadonlyArray<LinearModel>,
  { dense, denseColumns, hashed }: RidgeInputs,
  rows: Uint32Array,
  use: (row: number, predicted: Float64Array) => void
): void => {
  const width = models.length
  const weights = new Float64Array(hashed.columns * width)
  models.forEach((model, t) => model.hashed.forEach((w, j) => weights[j * width + t] = w))
  const predicted = new Float64Array(width)
  for (const row of rows) {
    for (let t = 0; t < width; t++) predicted[t] = models[t]!.intercept
    for (let e = hashed.offsets[row]!, end = hashed.offsets[row + 1]!; e < end; e++) {
      const value = hashed.values[e]!, from = hashed.indices[e]! * width
      for (let t = 0; t < width; t++) predicted[t]! += value * weights[from + t]!
    }
    for (let d = 0, from = row * denseColumns; d < denseColumns; d++) {
      for (let t = 0; t < width; t++) predicted[t]! += dense[from + d]! * models[t]!.dense[d]!
    }
    use(row, predicted)
  }
}

/**
 * Products with the centred matrix `X - 1 center'` of the rows, for `width` interleaved vectors at once. Centring takes
 * the intercept out of the penalty without filling the matrix.
 */
const centeredProduct = ({ dense, denseColumns, hashed }: RidgeInputs, rows: Uint32Array, width: number) => {
  const { indices, offsets, values } = hashed
  const center = new Float64Array(hashed.columns + denseColumns)
  for (const row of rows) {
    for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) center[indices[e]!]! += values[e]! / rows.length
    for (let d = 0; d < denseColumns; d++) {
      center[hashed.columns + d]! += DENSE_SCALE * dense[row * denseColumns + d]! / rows.length
    }
  }
  const sums = new Float64Array(width)

  /** out = (X - 1 center') v */
  const plain = (v: Float64Array, out: Float64Array) => {
    const shift = new Float64Array(width)
    for (let j = 0; j < center.length; j++) {
      for (let t = 0; t < width; t++) shift[t]! += center[j]! * v[j * width + t]!
    }
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      for (let t = 0; t < width; t++) sums[t] = -shift[t]!
      for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) {
        const value = values[e]!, from = indices[e]! * width
        for (let t = 0; t < width; t++) sums[t]! += value * v[from + t]!
      }
      for (let d = 0; d < denseColumns; d++) {
        const value = DENSE_SCALE * dense[row * denseColumns + d]!, from = (hashed.columns + d) * width
        for (let t = 0; t < width; t++) sums[t]! += value * v[from + t]!
      }
      out.set(sums, i * width)
    }
  }

  /** out = (X - 1 center')' u */
  const transposed = (u: Float64Array, out: Float64Array) => {
    const total = new Float64Array(width)
    out.fill(0)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      for (let t = 0; t < width; t++) {
        sums[t] = u[i * width + t]!
        total[t]! += sums[t]!
      }
      for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) {
        const value = values[e]!, to = indices[e]! * width
        for (let t = 0; t < width; t++) out[to + t]! += value * sums[t]!
      }
      for (let d = 0; d < denseColumns; d++) {
        const value = DENSE_SCALE * dense[row * denseColumns + d]!, to = (hashed.columns + d) * width
        for (let t = 0; t < width; t++) out[to + t]! += value * sums[t]!
      }
    }
    for (let j = 0; j < center.length; j++) {
      for (let t = 0; t < width; t++) out[j * width + t]! -= total[t]! * center[j]!
    }
  }

  return { center, plain, transposed }
}

/** Dot products of `width` interleaved vectors, pair by pair. */
const columnDots = (a: Float64Array, b: Float64Array, width: number): Float64Array => {
  const sums = new Float64Array(width)
  for (let j = 0, t = 0; j < a.length; j++, t = t + 1 === width ? 0 : t + 1) sums[t]! += a[j]! * b[j]!
  return sums
}
