import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { compileSchema } from "../../src/graders/compileSchema.ts"
import { parsePath, valueAt } from "../../src/graders/FieldPath.ts"
import { firstDifference } from "../../src/graders/firstDifference.ts"
import { json, type JsonConfig } from "../../src/graders/json.ts"
import type { Verdict } from "../../src/graders/Verdict.ts"

const quality = (verdict: Verdict) => (verdict._tag === "Graded" ? verdict.quality : undefined)
const said = (verdict: Verdict) => (verdict._tag === "Graded" ? verdict.evidence : verdict.reason)
const config = (fields?: ReadonlyArray<string>, rest: Partial<JsonConfig> = {}): JsonConfig => ({
  fields: fields?.map((name) => ({ name, path: parsePath(name)! })),
  allowProse: false,
  ...rest
})

describe("json", () => {
  const whole = json(config())
  it("compares numbers by value, arrays by order, objects whatever their order", () => {
    assert.strictEqual(quality(whole("{\"b\": 1.0, \"a\": [1, 2]}", "{\"a\":[1,2],\"b\":1}")), 1)
    assert.strictEqual(quality(whole("[2, 1]", "[1, 2]")), 0)
    assert.strictEqual(
      said(whole("{\"a\":{\"b\":[1,{\"c\":2}]}}", "{\"a\":{\"b\":[1,{\"c\":3}]}}")),
      "a.b[1].c is \"2\", not \"3\""
    )
    assert.strictEqual(said(whole("{\"a\":1}", "{\"a\":1,\"b\":2}")), "b is missing, not \"2\"")
    assert.strictEqual(said(whole("{\"a\":null}", "{}")), "a is \"null\", not missing")
    assert.strictEqual(said(whole("\"1\"", "1")), "the value is \"\\\"1\\\"\", not \"1\"")
  })
  it("takes a code fence off and prose only when told to", () => {
    assert.strictEqual(quality(whole("```json\n{\"a\": 1}\n```", "{\"a\":1}")), 1)
    const prose = "Sure [see below]! {\"x\": 0} no, rather:\n```json\n{\"a\": \"}{\"}\n```\nAnything else?"
    assert.strictEqual(quality(whole(prose, "{\"a\":\"}{\"}")), 0)
    assert.strictEqual(quality(json(config(undefined, { allowProse: true }))(prose, "{\"a\":\"}{\"}")), 1)
  })
  it("gives the share of equal fields and names the others", () => {
    const check = json(config(["id", "items[0].sku", "items[1].sku", "customer"]))
    const reference = "{\"id\":7,\"items\":[{\"sku\":\"a\"},{\"sku\":\"b\"}],\"customer\":{\"name\":\"Ann\"}}"
    const verdict = check(
      "{\"id\":7,\"items\":[{\"sku\":\"a\"}],\"customer\":{\"name\":\"Bob\"},\"more\":1}",
      reference
    )
    assert.strictEqual(quality(verdict), 0.5)
    assert.strictEqual(
      said(verdict),
      "2 of 4 fields equal; items[1].sku is missing, not \"\\\"b\\\"\"; customer.name is \"\\\"Bob\\\"\", not \"\\\"Ann\\\"\""
    )
  })
  it("wants the answer valid by the schema", () => {
    const validate = compileSchema({ type: "object", required: ["when"], properties: { when: { format: "date" } } })
    const check = json(config(undefined, { validate }))
    assert.strictEqual(quality(check("{\"when\":\"2026-01-31\"}", undefined)), 1)
    assert.strictEqual(
      said(check("{\"when\":\"soon\"}", undefined)),
      "not valid by the schema: /when must match format \"date\""
    )
    assert.strictEqual(
      said(check("{}", undefined)),
      "not valid by the schema: the value must have required property 'when'"
    )
    assert.strictEqual(quality(check("{\"when\":\"2026-01-31\"}", "{\"when\":\"2026-02-01\"}")), 0)
  })
  it("knows draft 2020-12", () => {
    const validate = compileSchema({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      prefixItems: [{ type: "string" }],
      items: false
    })
    assert.isTrue(validate(["a"]))
    assert.isFalse(validate([1]))
    assert.isFalse(validate(["a", 1]))
  })
  it("does not grade what it cannot", () => {
    assert.strictEqual(whole("{}", undefined)._tag, "Ungradable")
    assert.strictEqual(json(config(["a"]))("{}", undefined)._tag, "Ungradable")
    assert.deepStrictEqual(whole("{}", "not json"), { _tag: "Ungradable", reason: "the reference is not JSON" })
  })
  it("is quick on prose full of brackets", () => {
    const check = json(config(undefined, { allowProse: true }))
    assert.strictEqual(quality(check("{[".repeat(50_000), "{}")), 0)
  })
})

describe("FieldPath", () => {
  it("reads names, indices and quoted names", () => {
    assert.deepStrictEqual(parsePath("a.b[0].c"), ["a", "b", 0, "c"])
    assert.deepStrictEqual(parsePath("[1][\"x.y\"].z"), [1, "x.y", "z"])
    for (const bad of ["", ".", "a..b", "a[", "a[x]", "a.[0]", "a]"]) assert.isUndefined(parsePath(bad), bad)
  })
  it("sees own fields only", () => {
    assert.isUndefined(valueAt({}, ["constructor"]))
    assert.isUndefined(valueAt("text", ["length"]))
    assert.strictEqual(valueAt({ a: [{ b: null }] }, ["a", 0, "b"]), null)
  })
})

describe("firstDifference", () => {
  it.prop("finds none between a value and its copy, and one after a change", [Schema.Json], ([value]) => {
    assert.isUndefined(firstDifference(value, JSON.parse(JSON.stringify(value))))
    const at = firstDifference({ a: [value] }, { a: [[value]] })
    assert.isDefined(at)
    assert.isDefined(parsePath(at!))
  })
})
