/** Steps into a JSON value: names of objects' fields and indices of arrays. */
export type FieldPath = ReadonlyArray<string | number>

const STEP = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy

/** Reads `a.b[0].c` and `a["x.y"]`; undefined where the text is no path. */
export const parsePath = (text: string): FieldPath | undefined => {
  const path: Array<string | number> = []
  let end = 0
  for (const match of text.matchAll(STEP)) {
    const [all, name, index, quoted] = match
    path.push(name ?? (index === undefined ? (JSON.parse(quoted!) as string) : Number(index)))
    end = match.index + all.length
  }
  return path.length > 0 && end === text.length ? path : undefined
}

/** The value at `path`; undefined where there is none. */
export const valueAt = (value: unknown, path: FieldPath): unknown =>
  path.reduce<unknown>((at, step) => {
    if (typeof at !== "object" || at === null) return undefined
    const own = typeof step === "number" ? Array.isArray(at) && step < at.length : Object.hasOwn(at, step)
    return own ? (at as Record<string | number, unknown>)[step] : undefined
  }, value)
