import { fnv1a } from "./features/Fnv.ts"

/** The 32-bit finalizer of MurmurHash3 (Appleby): every input bit moves every output bit. */
const mix32 = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35)
  return (hash ^ hash >>> 16) >>> 0
}

/**
 * A number in [0, 1) that is uniform over identifiers and the same wherever it is computed: two 32-bit hashes of salt
 * and identifier, of which 53 bits are used. Different salts draw independently.
 */
export const unitHash = (id: string, salt: string): number => {
  const first = mix32(fnv1a(id, fnv1a(salt)))
  const second = mix32(fnv1a(salt, fnv1a(id, first)))
  return ((first >>> 6) * 2 ** 27 + (second >>> 5)) / 2 ** 53
}

/** Which of several shares (they sum to 1) an identifier falls to: its index. */
export const chooseShare = (shares: ReadonlyArray<{ readonly share: number }>, id: string, salt: string): number => {
  let left = unitHash(id, salt)
  let chosen = 0
  for (let i = 0; i < shares.length; i++) {
    const { share } = shares[i]!
    if (share === 0) continue
    chosen = i
    if (left < share) break
    left -= share
  }
  return chosen
}
