/**
 * Values by task, found for a task by its own entry, else its nearest dotted ancestor's (`a.b` for `a.b.c`), else the
 * root's (the empty task).
 */
export interface TaskTree<A> {
  readonly find: (task: string) => A | undefined
  /** The entry itself and its ancestors' entries, nearest first. */
  readonly lineage: (task: string) => ReadonlyArray<A>
}

export const makeTaskTree = <A>(entries: Iterable<readonly [task: string, value: A]>): TaskTree<A> => {
  const byTask = new Map(entries)
  const lineage = (task: string) => {
    const found: Array<A> = []
    let name = task
    while (true) {
      const value = byTask.get(name)
      if (value !== undefined) found.push(value)
      if (name === "") return found
      name = name.slice(0, Math.max(0, name.lastIndexOf(".")))
    }
  }
  return { find: (task) => byTask.get(task) ?? lineage(task)[0], lineage }
}
