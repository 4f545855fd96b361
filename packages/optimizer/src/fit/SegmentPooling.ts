/** Parent of a task in the dotted tree: `support.classify` has `support`, which has the root ``. */
export const parentTask = (task: string): string | undefined => {
  if (task === "") return undefined
  const dot = task.lastIndexOf(".")
  return dot < 0 ? "" : task.slice(0, dot)
}

/** Pooled means by task; every task's ancestors and the root `` are present. */
export type PooledMeans = ReadonlyMap<string, { readonly mean: number; readonly n: number }>

/**
 * Empirical-Bayes means down the task tree: `(n mean + kappa parent) / (n + kappa)` with `kappa` = variance within
 * tasks / variance between tasks, both by the method of moments (Efron and Morris 1975). Tasks that do not differ
 * beyond noise are pooled wholly into their parent.
 *
 * @param task task name of each row
 * @param value value of each row; rows with NaN are passed over
 * @param rows the rows to use
 */
export const poolByTask = (
  task: (row: number) => string,
  value: Float64Array,
  rows: Uint32Array
): PooledMeans => {
  const sums = new Map<string, { n: number; sum: number; squares: number }>()
  const add = (name: string, y: number) => {
    const s = sums.get(name)
    if (s === undefined) sums.set(name, { n: 1, sum: y, squares: y * y })
    else {
      s.n += 1
      s.sum += y
      s.squares += y * y
    }
  }
  for (const row of rows) {
    const y = value[row]!
    if (Number.isNaN(y)) continue
    for (let name: string | undefined = task(row); name !== undefined; name = parentTask(name)) add(name, y)
  }
  const root = sums.get("") ?? { n: 0, sum: 0, squares: 0 }
  const pooled = new Map<string, { mean: number; n: number }>()
  pooled.set("", { mean: root.n === 0 ? 0 : root.sum / root.n, n: root.n })
  const kappa = shrinkage([...sums].filter(([name]) => name !== "").map(([, s]) => s))
  const byDepth = [...sums.keys()].filter((name) => name !== "").toSorted((a, b) =>
    depth(a) - depth(b) || (a < b ? -1 : 1)
  )
  for (const name of byDepth) {
    const s = sums.get(name)!, parent = pooled.get(parentTask(name)!)!.mean
    pooled.set(name, { mean: kappa === Infinity ? parent : (s.sum + kappa * parent) / (s.n + kappa), n: s.n })
  }
  return pooled
}

/** Pooled mean of a task, or of its nearest ancestor that was seen. */
export const pooledMean = (pooled: PooledMeans, task: string): number => {
  for (let name: string | undefined = task; name !== undefined; name = parentTask(name)) {
    const found = pooled.get(name)
    if (found !== undefined) return found.mean
  }
  return 0
}

const depth = (task: string): number => task.split(".").length

/** Squares of values are summed to this relative precision: a variance below it is none. */
const PRECISION = 1e-12

const shrinkage = (groups: ReadonlyArray<{ n: number; sum: number; squares: number }>): number => {
  const n = groups.reduce((total, g) => total + g.n, 0)
  if (groups.length < 2 || n <= groups.length) return Infinity
  const mean = groups.reduce((total, g) => total + g.sum, 0) / n
  const squares = groups.reduce((total, g) => total + g.squares, 0)
  const within = Math.max(0, squares - groups.reduce((total, g) => total + g.sum ** 2 / g.n, 0)) / (n - groups.length)
  const between = groups.reduce((total, g) => total + g.n * (g.sum / g.n - mean) ** 2, 0)
  const scale = n - groups.reduce((total, g) => total + g.n ** 2, 0) / n
  const tau2 = (between - (groups.length - 1) * within) / scale
  return tau2 <= PRECISION * squares / n ? Infinity : within / tau2
}
