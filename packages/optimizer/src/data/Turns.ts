import type { Request } from "@spillway/domain"
import { hash } from "node:crypto"
import { disjointSets } from "../statistics/DisjointSets.ts"

/**
 * Requests that go on where another one ended: turns of a conversation, steps of an agent. Providers keep the prompt of
 * the turn before in a cache and charge less for it, but only the tier that answered that turn has it there.
 */
export interface Turns {
  /** Row of the turn before; -1 for the first, and where it is not among the rows. */
  readonly previous: Int32Array
  /** 1 for turns after the first. */
  readonly later: Uint8Array
  /** By tier: US dollars that the cache took off the recorded cost; 0 where nothing is known to be. */
  readonly discountUsd: ReadonlyArray<Float64Array>
}

/** Finds for each request the one that its messages begin with; requests are to be added in order of time where it is known. */
export class TurnFinder {
  readonly previous: Int32Array
  readonly later: Uint8Array
  private readonly rows = new Map<string, number>()
  /** Of the later turns whose turn before has not come yet, what their messages begin with. */
  private readonly waiting = new Map<number, ReadonlyArray<string>>()
  private next = 0

  constructor(n: number) {
    this.previous = new Int32Array(n).fill(-1)
    this.later = new Uint8Array(n)
  }

  add({ messages }: Pick<Request, "messages">): void {
    const row = this.next++
    const prefixes: Array<string> = []
    let prefix = ""
    messages.forEach((message, i) => {
      if (i > 0) prefixes.push(prefix)
      prefix = hash("sha1", prefix + JSON.stringify(message), "base64")
    })
    this.previous[row] = this.latest(prefixes)
    this.later[row] = Number(messages.some(({ role }) => role === "assistant"))
    if (this.later[row] === 1 && this.previous[row] === -1) this.waiting.set(row, prefixes)
    this.rows.set(prefix, row)
  }

  /**
   * Groups of near-duplicates joined where they hold turns of one conversation, in whatever order these were added. An
   * opening that several conversations go on from ("hi") joins none of them: it would make one group of all.
   *
   * @param group of each request, named by a row in it
   * @returns group of each request, named by the least row in it
   */
  joined(group: Uint32Array): Uint32Array<ArrayBuffer> {
    const before = this.previous.slice()
    for (const [row, prefixes] of this.waiting) before[row] = this.latest(prefixes)
    const openings = before.filter((row) => row >= 0 && this.later[row] === 0)
    const goOn = new Uint32Array(group.length)
    for (const row of openings) goOn[group[row]!]! += 1
    const { join, names } = disjointSets(group.length)
    for (let row = 0; row < group.length; row++) {
      join(row, group[row]!)
      const turn = before[row]!
      if (turn >= 0 && (this.later[turn] === 1 || goOn[group[turn]!] === 1)) join(row, turn)
    }
    return names()
  }

  /** The row of the longest of these that is all of a request; -1 for none. */
  private latest(prefixes: ReadonlyArray<string>): number {
    for (let i = prefixes.length - 1; i >= 0; i--) {
      const row = this.rows.get(prefixes[i]!)
      if (row !== undefined) return row
    }
    return -1
  }
}

/** The turns of some rows, in the given order. */
export const takeTurns = ({ discountUsd, later, previous }: Turns, rows: Uint32Array): Turns => {
  const slot = new Int32Array(previous.length).fill(-1)
  rows.forEach((row, i) => slot[row] = i)
  return {
    previous: Int32Array.from(rows, (row) => previous[row]! < 0 ? -1 : slot[previous[row]!]!),
    later: Uint8Array.from(rows, (row) => later[row]!),
    discountUsd: discountUsd.map((column) => Float64Array.from(rows, (row) => column[row]!))
  }
}
