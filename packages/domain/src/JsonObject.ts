/** A JSON object whose fields are not known to be right yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** True for a JSON object: not null, not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
