/** At most `most` of the rows, evenly spaced. */
export const everyNth = (rows: Uint32Array, most: number): Uint32Array => {
  if (rows.length <= most) return rows
  const chosen = new Uint32Array(most)
  for (let i = 0; i < most; i++) chosen[i] = rows[Math.floor(i * rows.length / most)]!
  return chosen
}
