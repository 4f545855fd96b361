/** Rows by their part: `develop` is fitted and searched on by cross-fitting, `certify` is read once, at the end. */
export interface Split {
  readonly develop: Uint32Array
  readonly certify: Uint32Array
}

/**
 * Splits by near-duplicate group and time: the newest groups certify, so that the certificate speaks of traffic after
 * the rows it was fitted on. A group belongs to the time of its oldest row. Rows without a time come before all others:
 * they certify only where those are too few.
 *
 * @param group near-duplicate group of each row
 * @param rows rows in order of time, those without one first, as {@link orderedRows} gives them
 * @param share share of rows to certify on
 */
export const splitByGroupAndTime = (group: Uint32Array, rows: Uint32Array, share: number): Split => {
  const order: Array<number> = []
  const members = new Map<number, Array<number>>()
  for (const row of rows) {
    const g = group[row]!
    const list = members.get(g)
    if (list === undefined) {
      members.set(g, [row])
      order.push(g)
    } else list.push(row)
  }
  const wanted = rows.length * (1 - share)
  const develop: Array<number> = [], certify: Array<number> = []
  for (const g of order) (develop.length < wanted ? develop : certify).push(...members.get(g)!)
  return { develop: Uint32Array.from(develop), certify: Uint32Array.from(certify) }
}
