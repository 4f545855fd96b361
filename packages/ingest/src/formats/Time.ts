import { parseTimestamp } from "@spillway/store"

/** Why a record's time cannot be used; undefined for a good one, and for none. */
export const wrongTime = (ts: string | undefined): string | undefined =>
  ts === undefined || parseTimestamp(ts) !== undefined ? undefined : `ts: "${ts}" is not an ISO 8601 time`
