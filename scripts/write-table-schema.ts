// Writes the JSON Schema of the routing table, made from the schema that reads it.
import { RoutingTable } from "@spillway/domain"
import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The published JSON Schema of a routing table, as text. */
export const tableSchema = (): string => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(RoutingTable)
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Spillway routing table",
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Where it stands. */
export const SCHEMA_FILE = fileURLToPath(new URL("../docs/routing-table.schema.json", import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SCHEMA_FILE, tableSchema())
