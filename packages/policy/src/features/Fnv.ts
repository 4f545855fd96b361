/** Offset basis and prime of the 32-bit FNV-1a hash (Fowler, Noll, Vo; RFC 9923). */
export const FNV_BASIS = 0x811c9dc5
export const FNV_PRIME = 0x01000193

/** 32-bit FNV-1a over UTF-16 code units, from `state` on. */
export const fnv1a = (text: string, state: number = FNV_BASIS): number => {
  let hash = state
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash >>> 0
}
