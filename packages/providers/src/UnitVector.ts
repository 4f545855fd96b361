/**
 * A vector at length 1, as float32; undefined where a value is not a finite number, or all are zero. Its direction is what
 * models of text mean, and at length 1 the vectors of two models can be taken alike.
 */
export const unitVector = (values: ArrayLike<unknown>): Float32Array | undefined => {
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== "number") return undefined
    squares += value * value
  }
  if (!(squares > 0 && squares < Infinity)) return undefined
  const length = Math.sqrt(squares)
  return Float32Array.from({ length: values.length }, (_, i) => values[i] as number / length)
}
