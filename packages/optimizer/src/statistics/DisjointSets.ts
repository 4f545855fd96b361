/** Sets of rows that are joined two by two; each is named by the least row in it. */
export interface DisjointSets {
  readonly join: (a: number, b: number) => void
  /** Name of the set of each row. */
  readonly names: () => Uint32Array<ArrayBuffer>
}

/** Starts with `n` rows that are sets of their own (union-find, with path halving). */
export const disjointSets = (n: number): DisjointSets => {
  const parent = Uint32Array.from({ length: n }, (_, i) => i)
  const find = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!
      i = parent[i]!
    }
    return i
  }
  return {
    join: (a, b) => {
      const x = find(a), y = find(b)
      if (x < y) parent[y] = x
      else parent[x] = y
    },
    names: () => Uint32Array.from({ length: n }, (_, i) => find(i))
  }
}
