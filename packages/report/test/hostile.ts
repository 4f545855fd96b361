import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"

const ATTACK = "\"'><img src=x onerror=alert(1)></td>|`**[a](http://evil.example)**\u0000\n# x"

const KEEP = new Set(["labels", "_tag", "kind", "target", "format"])

/** Fields whose keys are names from outside. */
const RECORDS = new Set(["shares", "tier_shares", "timing"])

const spoil = (value: unknown, key = ""): unknown => {
  if (typeof value === "string") return KEEP.has(key) ? value : `${value}${ATTACK}`
  if (Array.isArray(value)) return value.map((part) => spoil(part, key))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [RECORDS.has(key) ? `${name}${ATTACK}` : name, spoil(part, name)])
  )
}

/** The report with hostile characters at the end of every text. */
export const hostile = (report: OptimizeReport): OptimizeReport => spoil(report) as OptimizeReport

/** The same for a table. */
export const hostileTable = (table: RoutingTable): RoutingTable => spoil(table) as RoutingTable
