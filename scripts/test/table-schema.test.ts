import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { SCHEMA_FILE, tableSchema } from "../write-table-schema.ts"

describe("docs/routing-table.schema.json", () => {
  it("is what the code reads; if not: npm run schema", () => {
    assert.deepStrictEqual(JSON.parse(readFileSync(SCHEMA_FILE, "utf8")), JSON.parse(tableSchema()))
  })
})
