import type { Request } from "@spillway/domain"
import { hash } from "node:crypto"

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

/** Finds for each request the one that its messages begin with; requests are to be added in order of time. */
export class TurnFinder {
  readonly previous: Int32Array
  readonly later: Uint8Array
  private readonly rows = new Map<string, number>()
  private next = 0

  constructor(n: number) {
    this.previous = new Int32Array(n).fill(-1)
    this.later = new Uint8Array(n)
  }

  add({ messages }: Pick<Request, "messages">): void {
    const row = this.next++
    let prefix = ""
    messages.forEach((message, i) => {
      if (i > 0) this.previous[row] = this.rows.get(prefix) ?? this.previous[row]!
      prefix = hash("sha1", prefix + JSON.stringify(message), "base64")
    })
    this.later[row] = Number(messages.some(({ role }) => role === "assistant"))
    this.rows.set(prefix, row)
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
