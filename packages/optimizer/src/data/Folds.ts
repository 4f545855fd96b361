/**
 * Folds by group: rows of one near-duplicate group share a fold. Deterministic by seed.
 *
 * @returns fold of each row, in [0, folds)
 */
export const groupFolds = (group: Uint32Array, folds: number, seed: number): Uint8Array =>
  Uint8Array.from(group, (g) => mix(g, seed) % folds)

/** The rows of a fold (`outside`: not fitted on), and those of all others (`inside`), in their order. */
export const partsOfFold = (
  rows: Uint32Array,
  fold: Uint8Array,
  f: number
): { readonly inside: Uint32Array; readonly outside: Uint32Array } => {
  const inside = new Uint32Array(rows.length), outside = new Uint32Array(rows.length)
  let kept = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (fold[row] === f) outside[i - kept] = row
    else inside[kept++] = row
  }
  return { inside: inside.subarray(0, kept), outside: outside.subarray(0, rows.length - kept) }
}

/** A well-mixed 32-bit hash of two integers (the finalizer of MurmurHash3). */
export const mix = (value: number, seed: number): number => {
  let h = (value ^ Math.imul(seed + 0x9e3779b9, 0x85ebca6b)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
