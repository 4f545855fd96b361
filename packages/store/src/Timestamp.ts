import { BadInput } from "@spillway/domain"
import { Effect } from "effect"

const ISO_8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.(\d+))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/** The form that `Date.parse` reads as UTC, of a time that matches {@link ISO_8601}. */
const inUtc = (text: string, zone: string | undefined): string => {
  if (text.length === 10 || (zone === "Z" && text[10] === "T")) return text
  const time = text.slice(11).toUpperCase().replace(/\s/, "").replace(/[+-]\d\d$/, "$&:00")
  return `${text.slice(0, 10)}T${time}${zone === undefined ? "Z" : ""}`
}

/**
 * Microseconds since 1970 of an ISO 8601 time; without a zone it is UTC. Undefined where the text is no such time.
 * Digits beyond microseconds are dropped.
 */
export const parseTimestamp = (text: string): bigint | undefined => {
  const match = ISO_8601.exec(text)
  if (match === null) return undefined
  const [, fraction, zone] = match
  const milliseconds = Date.parse(inUtc(text, zone))
  if (Number.isNaN(milliseconds)) return undefined
  const beyond = fraction === undefined ? 0 : Number(fraction.slice(3, 6).padEnd(3, "0"))
  return BigInt(milliseconds) * 1000n + BigInt(beyond)
}

/** ISO 8601 in UTC with milliseconds, or microseconds where they are not zero. */
export const formatTimestamp = (microseconds: bigint): string => {
  const beyond = ((microseconds % 1000n) + 1000n) % 1000n
  const text = new Date(Number((microseconds - beyond) / 1000n)).toISOString()
  return beyond === 0n ? text : `${text.slice(0, -1)}${String(beyond).padStart(3, "0")}Z`
}

/** Rows with their `ts` in microseconds; a `ts` that is no time is bad input. */
export const stampRows = <Row extends { readonly request_id: string; readonly ts?: string }>(
  table: string,
  rows: ReadonlyArray<Row>
): Effect.Effect<ReadonlyArray<{ readonly row: Row; readonly ts: bigint | undefined }>, BadInput> =>
  Effect.suspend(() => {
    const stamped: Array<{ readonly row: Row; readonly ts: bigint | undefined }> = []
    for (const row of rows) {
      const ts = row.ts === undefined ? undefined : parseTimestamp(row.ts)
      if (row.ts !== undefined && ts === undefined) {
        return Effect.fail(
          new BadInput({
            source: table,
            field: "ts",
            problem: `"${row.ts}" (request ${row.request_id}) is not a time`,
            mend: "Give an ISO 8601 time, for example 2026-01-31T09:30:00Z"
          })
        )
      }
      stamped.push({ row, ts })
    }
    return Effect.succeed(stamped)
  })
