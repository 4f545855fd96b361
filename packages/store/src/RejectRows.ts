import type { Reject } from "./Store.ts"
import { lastOfEachKey, type Target } from "./Upsert.ts"

export const rejectTarget: Target<Reject> = {
  table: "rejects",
  key: ["source", "line"],
  columns: [
    { name: "source", type: "VARCHAR", of: (row) => row.source },
    { name: "line", type: "BIGINT", of: (row) => row.line },
    { name: "reason", type: "VARCHAR", of: (row) => row.reason },
    { name: "text", type: "VARCHAR", of: (row) => row.text }
  ]
}

/** Rejects with distinct keys. */
export const rejectRows = (rejects: ReadonlyArray<Reject>): ReadonlyArray<Reject> =>
  lastOfEachKey(rejects, (reject) => reject.source, (reject) => String(reject.line))
