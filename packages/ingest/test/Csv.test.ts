import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { CsvReader } from "../src/Csv.ts"
import { LineSplitter } from "../src/Lines.ts"

const read = (text: string) => {
  const splitter = new LineSplitter()
  const reader = new CsvReader()
  const records = [...splitter.push(text), ...splitter.end()].map((line) => reader.push(line))
  return [...records, reader.end()].filter((record) => record !== undefined).map(({ line, value }) => [
    line,
    Result.getOrElse(value, (reason) => reason)
  ])
}

describe("CsvReader", () => {
  it("reads quotes, line ends within them, JSON and numbers; empty cells are absent", () => {
    assert.deepStrictEqual(
      read(
        "request_id,model,output,quality,signals,error\r\n" +
          "a,small,\"He said \"\"no\"\",\nthen left\",0.5,\"{\"\"lp_mean\"\":-0.25}\",\r\n\r\n" +
          "b,small,plain, ,,timeout"
      ),
      [
        [2, {
          request_id: "a",
          model: "small",
          output: "He said \"no\",\nthen left",
          quality: 0.5,
          signals: { lp_mean: -0.25 }
        }],
        [5, { request_id: "b", model: "small", output: "plain", error: "timeout" }]
      ]
    )
  })

  it("finds the delimiter", () => {
    assert.deepStrictEqual(read("request_id;model\na,1;b\n"), [[2, { request_id: "a,1", model: "b" }]])
    assert.deepStrictEqual(read("request_id\tmodel\na\tb"), [[2, { request_id: "a", model: "b" }]])
  })

  it("says what is wrong with a record, and goes on", () => {
    assert.deepStrictEqual(read("a,b\n1\n1,2\n\"1\"x,2\n3,\"4\n5,6\n"), [
      [2, "1 cells where the header names 2 columns"],
      [3, { a: "1", b: "2" }],
      [4, "a quoted cell does not end, or text follows its quotes"],
      [5, "a quoted cell does not end, or text follows its quotes"]
    ])
  })
})
