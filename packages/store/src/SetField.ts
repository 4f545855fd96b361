import type { DuckDBValue } from "@duckdb/node-api"

/** A record under construction. */
export type Draft<Record> = { -readonly [Name in keyof Record]: Record[Name] }

/** Sets the field `name` of row i to `values[i]`, converted; where that is NULL the field stays absent. */
export const setField = <Record, Name extends keyof Record>(
  rows: ReadonlyArray<Draft<Record>>,
  name: Name,
  values: ReadonlyArray<DuckDBValue> | undefined,
  convert: (value: DuckDBValue) => Draft<Record>[Name]
): void => {
  for (let i = 0; i < rows.length; i++) {
    const value = values![i]!
    if (value !== null) rows[i]![name] = convert(value)
  }
}

export const asText = (value: DuckDBValue): string => value as string
