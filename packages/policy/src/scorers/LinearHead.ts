import type { SparseVector } from "../features/HashedNgrams.ts"

/** Standardized values beyond this many deviations are clipped: one odd request cannot run away with a linear score. */
export const Z_LIMIT = 6

/** `(value - mean) / scale`, clipped to [-{@link Z_LIMIT}, {@link Z_LIMIT}]. */
export const standardize = (value: number, mean: number, scale: number): number =>
  Math.min(Z_LIMIT, Math.max(-Z_LIMIT, (value - mean) / scale))

/** Encodes weights as base64 of little-endian float32. */
export const encodeFloat32 = (values: ArrayLike<number>): string => {
  const bytes = Buffer.alloc(values.length * 4)
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, i * 4)
  return bytes.toString("base64")
}

/** Decodes {@link encodeFloat32}; undefined where the text is not base64 of whole, finite float32 values. */
export const decodeFloat32 = (base64: string): Float32Array | undefined => {
  const bytes = Buffer.from(base64, "base64")
  // Buffer skips what is not base64, so compare with what these bytes would be written as.
  if (bytes.length % 4 !== 0 || bytes.toString("base64") !== base64) return undefined
  const values = new Float32Array(bytes.length / 4)
  for (let i = 0; i < values.length; i++) {
    const value = bytes.readFloatLE(i * 4)
    if (!Number.isFinite(value)) return undefined
    values[i] = value
  }
  return values
}

export const dotDense = (weights: Float64Array, values: Float64Array, offset = 0): number => {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[offset + i]!
  return sum
}

export const dotSparse = (weights: Float32Array, { indices, length, values }: SparseVector): number => {
  let sum = 0
  for (let k = 0; k < length; k++) sum += weights[indices[k]!]! * values[k]!
  return sum
}
