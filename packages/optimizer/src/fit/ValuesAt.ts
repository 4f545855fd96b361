/** The values of some rows, in their order. A loop, because `Float64Array.from` takes many times as long. */
export const valuesAt = (rows: Uint32Array, of: (row: number) => number): Float64Array => {
  const values = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) values[i] = of(rows[i]!)
  return values
}
