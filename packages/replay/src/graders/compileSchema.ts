import { Ajv, type Options, type ValidateFunction } from "ajv"
import addFormats from "ajv-formats"
import { Ajv2020 } from "ajv/dist/2020.js"

const OPTIONS: Options = { strict: false, logger: false }

/** A validator of JSON Schema, draft 2019-09 or 2020-12 where `$schema` says so, else draft 7. Throws on a bad schema. */
export const compileSchema = (schema: Readonly<Record<string, unknown>>): ValidateFunction => {
  const ajv = /draft\/20(19|20)-/.test(String(schema.$schema)) ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS)
  addFormats.default(ajv)
  return ajv.compile(schema)
}
