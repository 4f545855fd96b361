/** At most `most` of the rows, evenly spaced. */
export const everyNth = (rows: Uint32Array, most: number): Uint32Array =>
  rows.length <= most ? rows : Uint32Array.from({ length: most }, (_, i) => rows[Math.floor(i * rows.length / most)]!)
