import { isObject, type JsonObject } from "@spillway/domain"

/** Columns of CSV and Parquet files whose text is JSON. */
const json = new Set(["messages", "parameters", "metadata", "signals", "request", "response", "body", "attempts"])

const numeric = new Set([
  "quality",
  "input_tokens",
  "cached_input_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_usd",
  "latency_ms",
  "ttft_ms",
  "attempts"
])

const isMapEntry = (value: unknown): value is { readonly key: unknown; readonly value: unknown } =>
  isObject(value) && "key" in value && "value" in value && Object.keys(value).length === 2

/** A DuckDB MAP (a list of keys and values) as an object, and NULLs left out, at any depth. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isMapEntry)
      ? Object.fromEntries(value.map((entry) => [String(entry.key), withoutNulls(entry.value)]))
      : value.map(withoutNulls)
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== null).map(([name, inner]) => [name, withoutNulls(inner)])
  )
}

const valueOf = (name: string, value: unknown): unknown => {
  if (typeof value !== "string") return withoutNulls(value)
  if (json.has(name) && /^\s*[[{]/.test(value)) {
    try {
      return JSON.parse(value)
    } catch {
      return value
    }
  }
  return numeric.has(name) ? Number(value) : value
}

/** A row of a table as a record: empty cells are absent, JSON columns are read, numbers are numbers. */
export const recordOfRow = (row: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null && (typeof value !== "string" || value.trim() !== ""))
      .map(([name, value]) => [name, valueOf(name, value)])
  )
