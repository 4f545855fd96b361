import { type CompactRows, compactRows } from "./CompactRows.ts"
import type { RidgeInputs } from "./RidgeInputs.ts"
import { lanesOf, type RowProducts, rowProducts } from "./RowProducts.ts"

/** A linear model over hashed text and dense features, with an intercept. */
export interface LinearModel {
  readonly intercept: number
  readonly dense: Float64Array
  readonly hashed: Float64Array
}

/**
 * Weight of a dense feature beside the unit-length text vector: a standardized feature has variance 1, and there are
 * two dozen of them, so at full weight they would be all but unpenalized.
 */
export const DENSE_SCALE = 0.2
/** Enough for the penalties in use; stopping early regularizes further in the same direction as the penalty. */
const ITERATIONS = 6
/** A squared residual below this is nothing: the target is fitted to the last bit. */
const FITTED = 1e-20

/**
 * Ridge regression of several targets for several penalties at once by multi-shift conjugate gradients.
 *
 * The Krylov space of `A + lambda I` does not depend on lambda, so one run of conjugate gradients on the least penalty
 * gives the solutions of all others (Jegerlehner, hep-lat/9612014): each is a sum of the run's residuals, and only its
 * few coefficients are followed. Several targets run side by side, so that each entry of the matrix is read once for all
 * of them; no target's result depends on the others.
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
  const matrix = centeredMatrix(compactRows(inputs, rows), inputs.hashed.columns)
  let from = 0
  return lanesOf(targets.length).flatMap((lanes) => fitLanes(matrix, targets.slice(from, from += lanes), penalties))
}

/** One target's run: its recurrences, and coefficients over the residuals so far of its solution for each penalty. */
interface Run {
  /** Squared length of the residual. */
  rr: number
  alphaBefore: number
  betaBefore: number
  readonly shifted: ReadonlyArray<{
    /** The penalty less the least one. */
    readonly shift: number
    readonly solution: Float64Array
    readonly direction: Float64Array
    /** Residual of this penalty over that of the least one, in this step and before it. */
    zeta: number
    zetaBefore: number
  }>
}

/** {@link fitSparseRidge} for as many targets as lanes. */
const fitLanes = (
  matrix: CenteredMatrix,
  targets: ReadonlyArray<Float64Array>,
  penalties: ReadonlyArray<number>
): ReadonlyArray<ReadonlyArray<LinearModel>> => {
  const lanes = targets.length
  const products = rowProducts(matrix.inputs, lanes, DENSE_SCALE)
  const means = targets.map((y) => y.reduce((sum, v) => sum + v, 0) / Math.max(1, matrix.rows))
  const residuals = [correlations(matrix, products, targets, means)]
  const direction = residuals[0]!.slice(), image = new Float64Array(direction.length)
  const runs = Array.from(laneSquares(residuals[0]!, lanes), (rr): Run => ({
    rr,
    alphaBefore: 1,
    betaBefore: 0,
    shifted: penalties.map((penalty) => ({
      shift: penalty - penalties[0]!,
      solution: new Float64Array(ITERATIONS),
      direction: Float64Array.from({ length: ITERATIONS }, (_, i) => i === 0 ? 1 : 0),
      zeta: 1,
      zetaBefore: 1
    }))
  }))
  const alpha = new Float64Array(lanes), beta = new Float64Array(lanes)
  for (let step = 0; step < ITERATIONS && runs.some(({ rr }) => rr > FITTED); step++) {
    // The last step needs the length of the product, but no residual: nothing follows it.
    const last = step === ITERATIONS - 1
    const squares = gram(matrix, products, direction, last ? undefined : image)
    const lengths = laneSquares(direction, lanes)
    runs.forEach(({ rr }, t) => alpha[t] = rr > FITTED ? rr / (squares[t]! + penalties[0]! * lengths[t]!) : 0)
    runs.forEach((run, t) => stepSolutions(run, step, alpha[t]!))
    if (last) break
    const residual = nextResidual(residuals[step]!, image, direction, alpha, penalties[0]!)
    const residualSquares = laneSquares(residual, lanes)
    runs.forEach((run, t) => beta[t] = stepDirections(run, step, alpha[t]!, residualSquares[t]!))
    residuals.push(residual)
    for (let j = 0; j < direction.length; j += lanes) {
      for (let t = 0; t < lanes; t++) direction[j + t] = residual[j + t]! + beta[t]! * direction[j + t]!
    }
  }
  return runs.map(({ shifted }, t) =>
    shifted.map(({ solution }) => linearModel(matrix, weightsOf(residuals, solution, lanes, t), means[t]!))
  )
}

/** Goes along the directions; a target that is fitted already (`alpha` 0) stays where it is. */
const stepSolutions = ({ alphaBefore, betaBefore, shifted }: Run, step: number, alpha: number): void => {
  if (alpha === 0) return
  for (const of of shifted) {
    const { direction, shift, solution, zeta, zetaBefore } = of
    of.zetaBefore = zeta
    of.zeta = shift === 0 ? 1 : zeta * zetaBefore * alphaBefore /
      (alpha * betaBefore * (zetaBefore - zeta) + zetaBefore * alphaBefore * (1 + shift * alpha))
    for (let i = 0; i <= step; i++) solution[i]! += alpha * of.zeta / zeta * direction[i]!
  }
}

/** Turns the directions to the next residual, whose squared length is `next`; gives the weight of the former direction. */
const stepDirections = (run: Run, step: number, alpha: number, next: number): number => {
  if (alpha === 0) return 0
  const beta = next / run.rr
  for (const { direction, zeta, zetaBefore } of run.shifted) {
    for (let i = 0; i <= step; i++) direction[i]! *= beta * (zeta / zetaBefore) ** 2
    direction[step + 1] = zeta
  }
  run.alphaBefore = alpha
  run.betaBefore = beta
  run.rr = next
  return beta
}

/** The weights of lane `t`: the residuals times `solution`. */
const weightsOf = (
  residuals: ReadonlyArray<Float64Array>,
  solution: Float64Array,
  lanes: number,
  t: number
): Float64Array => {
  const weights = new Float64Array(residuals[0]!.length / lanes)
  for (let i = 0; i < ITERATIONS; i++) {
    const factor = solution[i]!, residual = residuals[i]!
    if (factor === 0) continue
    for (let j = 0, at = t; j < weights.length; j++, at += lanes) weights[j]! += factor * residual[at]!
  }
  return weights
}

const linearModel = (
  { center, hashedColumns, inputs, originals }: CenteredMatrix,
  weights: Float64Array,
  mean: number
): LinearModel => {
  let shift = 0
  for (let j = 0; j < weights.length; j++) shift += weights[j]! * center[j]!
  const hashed = new Float64Array(hashedColumns)
  for (let j = 0; j < originals.length; j++) hashed[originals[j]!] = weights[j]!
  return {
    intercept: mean - shift,
    dense: weights.subarray(inputs.hashed.columns).map((w) => w * DENSE_SCALE),
    hashed
  }
}

/**
 * Predictions of several models for some rows, reading each row once for all of them. `predicted` is scratch memory,
 * valid within the call.
 */
export const predictRows = (
  models: ReadonlyArray<LinearModel>,
  inputs: RidgeInputs,
  rows: Uint32Array,
  use: (row: number, predicted: Float64Array) => void
): void => {
  const columns = inputs.hashed.columns + inputs.denseColumns
  const predicted = new Float64Array(models.length)
  let first = 0
  const blocks = lanesOf(models.length).map((lanes) => {
    const from = first
    first += lanes
    const weights = new Float64Array(columns * lanes)
    models.slice(from, first).forEach(({ dense, hashed }, t) => {
      for (let j = 0; j < hashed.length; j++) weights[j * lanes + t] = hashed[j]!
      for (let d = 0; d < dense.length; d++) weights[(hashed.length + d) * lanes + t] = dense[d]!
    })
    return { products: rowProducts(inputs, lanes, 1), weights, out: predicted.subarray(from, first) }
  })
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    for (const { out, products, weights } of blocks) products.dot(row, weights, out)
    for (let t = 0; t < models.length; t++) predicted[t]! += models[t]!.intercept
    use(row, predicted)
  }
}

/** The training rows, and what all products below take off their columns. */
interface CenteredMatrix extends CompactRows {
  readonly rows: number
  /** Means of the columns. Taking them off takes the intercept out of the penalty without filling the matrix. */
  readonly center: Float64Array
  /** Hashed columns of the original. */
  readonly hashedColumns: number
}

const centeredMatrix = (compact: CompactRows, hashedColumns: number): CenteredMatrix => {
  const { hashed, denseColumns } = compact.inputs
  const center = new Float64Array(hashed.columns + denseColumns)
  const { add } = rowProducts(compact.inputs, 1, DENSE_SCALE), share = Float64Array.of(1 / hashed.n)
  for (let i = 0; i < hashed.n; i++) add(i, share, center)
  return { ...compact, rows: hashed.n, center, hashedColumns }
}

/** `(X - 1 center')' (y - mean)` of each lane. */
const correlations = (
  { center, rows }: CenteredMatrix,
  { add, lanes }: RowProducts,
  targets: ReadonlyArray<Float64Array>,
  means: ReadonlyArray<number>
): Float64Array => {
  const out = new Float64Array(center.length * lanes), sums = new Float64Array(lanes), total = new Float64Array(lanes)
  for (let i = 0; i < rows; i++) {
    for (let t = 0; t < lanes; t++) total[t]! += sums[t] = targets[t]![i]! - means[t]!
    add(i, sums, out)
  }
  takeOff(center, total, out)
  return out
}

/** The squared length of `(X - 1 center') v` of each lane; writes `(X - 1 center')' (X - 1 center') v` to `out`. */
const gram = (
  { center, rows }: CenteredMatrix,
  { add, dot, lanes }: RowProducts,
  v: Float64Array,
  out: Float64Array | undefined
): Float64Array => {
  const shift = new Float64Array(lanes), sums = new Float64Array(lanes)
  const total = new Float64Array(lanes), squares = new Float64Array(lanes)
  for (let j = 0; j < center.length; j++) {
    for (let t = 0; t < lanes; t++) shift[t]! += center[j]! * v[j * lanes + t]!
  }
  out?.fill(0)
  for (let i = 0; i < rows; i++) {
    dot(i, v, sums)
    for (let t = 0; t < lanes; t++) {
      const sum = sums[t]! -= shift[t]!
      total[t]! += sum
      squares[t]! += sum * sum
    }
    if (out !== undefined) add(i, sums, out)
  }
  if (out !== undefined) takeOff(center, total, out)
  return squares
}

const takeOff = (center: Float64Array, total: Float64Array, out: Float64Array): void => {
  const lanes = total.length
  for (let j = 0; j < center.length; j++) {
    for (let t = 0; t < lanes; t++) out[j * lanes + t]! -= total[t]! * center[j]!
  }
}

/** `residual - alpha (image + penalty direction)` of each lane. */
const nextResidual = (
  residual: Float64Array,
  image: Float64Array,
  direction: Float64Array,
  alpha: Float64Array,
  penalty: number
): Float64Array => {
  const lanes = alpha.length, next = new Float64Array(residual.length)
  for (let j = 0; j < next.length; j += lanes) {
    for (let t = 0; t < lanes; t++) {
      next[j + t] = residual[j + t]! - alpha[t]! * (image[j + t]! + penalty * direction[j + t]!)
    }
  }
  return next
}

/** Squared length of the vector of each lane. */
const laneSquares = (vectors: Float64Array, lanes: number): Float64Array => {
  const squares = new Float64Array(lanes)
  for (let j = 0; j < vectors.length; j += lanes) {
    for (let t = 0; t < lanes; t++) squares[t]! += vectors[j + t]! ** 2
  }
  return squares
}
