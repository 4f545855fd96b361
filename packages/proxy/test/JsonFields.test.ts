import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { withFields } from "../src/JsonFields.ts"

const edit = (text: string, fields: Record<string, unknown>) => withFields(Buffer.from(text), fields).toString()

const Key = Schema.Literals(["model", "a", "b\"c", "é\u{1F600}", "\\", "", "__proto__"])
const Leaf = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])
const Value = Schema.Union([Leaf, Schema.Array(Leaf), Schema.Record(Key, Leaf), Schema.Array(Schema.Array(Leaf))])
const members = Arbitrary.array(Arbitrary.schema(Schema.Tuple([Key, Value])))
const spaces = Arbitrary.array(Arbitrary.schema(Schema.Literals(["", " ", "\n", "\t", "\r\n  "])))

/** JSON text of members with white space wherever the grammar allows it; repeated keys stay repeated. */
const written = (entries: ReadonlyArray<readonly [string, unknown]>, gaps: ReadonlyArray<string>): string => {
  let i = 0
  const gap = () => gaps.length === 0 ? "" : gaps[i++ % gaps.length]!
  const body = entries.map(([key, value]) =>
    `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${JSON.stringify(value, null, gap() === "" ? 0 : 2)}${gap()}`
  )
  return `${gap()}{${body.join(",")}${body.length === 0 ? gap() : ""}}${gap()}`
}

describe("withFields", () => {
  it("replaces a value and leaves every other byte", () => {
    assert.strictEqual(
      edit("{ \"n\" : 1.0e2,\n\"model\"\t: \"a\\\"b\" , \"x\": 12345678901234567890 }", { model: "gpt" }),
      "{ \"n\" : 1.0e2,\n\"model\"\t: \"gpt\" , \"x\": 12345678901234567890 }"
    )
  })

  it("does not mind the same key deeper down or inside strings", () => {
    const text = "{\"a\":{\"model\":\"x\"},\"b\":\"{\\\"model\\\":\\\"y\\\"}\",\"model\":\"z\",\"c\":[{\"model\":1}]}"
    assert.strictEqual(edit(text, { model: "m" }), text.replace("\"z\"", "\"m\""))
  })

  it("removes first, middle, last and only members", () => {
    assert.strictEqual(edit("{\"a\":1,\"b\":2,\"c\":3}", { a: undefined }), "{\"b\":2,\"c\":3}")
    assert.strictEqual(edit("{\"a\":1,\"b\":2,\"c\":3}", { b: undefined }), "{\"a\":1,\"c\":3}")
    assert.strictEqual(edit("{\"a\":1,\"b\":2,\"c\":3}", { c: undefined }), "{\"a\":1,\"b\":2}")
    assert.strictEqual(edit("{\"a\":1}", { a: undefined, d: true }), "{\"d\":true}")
    assert.strictEqual(edit(" { } ", { d: [1] }), " {\"d\":[1] } ")
  })

  it.prop("does what the same edit of the parsed object does", {
    entries: members,
    gaps: spaces,
    model: Schema.UndefinedOr(Schema.String),
    a: Schema.UndefinedOr(Leaf)
  }, ({ a, entries, gaps, model }) => {
    const text = written(entries, gaps)
    const wanted = new Map(Object.entries(JSON.parse(text)))
    for (const [key, value] of Object.entries({ model, a })) {
      if (value === undefined) wanted.delete(key)
      else wanted.set(key, JSON.parse(JSON.stringify(value)))
    }
    const got = new Map(Object.entries(JSON.parse(edit(text, { model, a }))))
    assert.deepStrictEqual(got, wanted)
  }, { arbitrary: { runs: 500 } })

  it.prop("leaves the bytes alone where there is nothing to set", { entries: members, gaps: spaces }, (input) => {
    const text = written(input.entries, input.gaps)
    assert.strictEqual(edit(text, {}), text)
  })
})
