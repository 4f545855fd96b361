import type { DuckDBValue } from "@duckdb/node-api"

/** `{ [name]: convert(value) }`, or nothing where the value is NULL: absent fields stay absent. */
export const present = <Name extends string, A>(
  name: Name,
  value: DuckDBValue | undefined,
  convert: (value: DuckDBValue) => A
): { readonly [K in Name]?: A } =>
  value === null || value === undefined ? {} : { [name]: convert(value) } as { readonly [K in Name]: A }
