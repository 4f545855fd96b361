import { assert, describe, it } from "@effect/vitest"
import { denseFeatures, denseNames, requestView } from "@spillway/policy"
import { Schema } from "effect"
import { random } from "../tables.ts"

const read = (text: string, parameters?: Record<string, unknown>) => {
  const out = new Float64Array(denseNames.length)
  denseFeatures(
    requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: text }], parameters }),
    out
  )
  return Object.fromEntries(denseNames.map((name, i) => [name, out[i]!]))
}

describe("denseFeatures", () => {
  it("counts what the names say", () => {
    const text = "Why (not [this]) one? The cat, the 1,250 dogs.\n- unless Ärger"
    const found = read(text)
    const close = (name: string, value: number) => assert.approximately(found[name]!, value, 1e-12, name)
    close("log_chars", Math.log1p(text.length))
    close("log_words", Math.log1p(10))
    close("log_lines", Math.log1p(2))
    close("mean_word_length", (3 + 3 + 4 + 3 + 3 + 3 + 3 + 4 + 6 + 5) / 10)
    close("mean_sentence_words", 5)
    close("distinct_word_share", 0.9)
    close("digit_share", 4 / text.length)
    close("upper_share", 2 / text.length)
    close("non_ascii_share", 1 / text.length)
    close("log_numbers", Math.log1p(1))
    close("log_questions", Math.log1p(1))
    close("log_list_items", Math.log1p(1))
    close("log_nesting", Math.log1p(2))
    close("negation_share", 0.2)
    close("conditional_share", 0.1)
    close("conjunction_share", 0)
  })

  it.each([
    ["latex", "Solve $x^2 = 4$ now", "It costs $5"],
    ["code", "```\nx\n```", "no fence"],
    ["code", "  def f(x)", "a definite answer"],
    ["json", "{\"a\": 1}", "{a}"],
    ["table", "| a | b |", "a | b"],
    ["url", "see https://example.org", "see http for details"]
  ])("flags %s", (name, yes, no) => {
    assert.strictEqual(read(yes)[name], 1)
    assert.strictEqual(read(no)[name], 0)
  })

  it("finds what plain regular expressions find, in text of one line and of many", () => {
    const pieces = [
      "the ",
      "Not",
      " ",
      "12,300.5",
      ". ",
      "?",
      "- ",
      "(a) ",
      "3)\t",
      "def ",
      "class\t",
      "#include ",
      "()",
      "=>"
    ]
      .concat([
        "```",
        ";",
        "; \t",
        "{",
        "{\"k\": 1}",
        ", \"a b\" :",
        "\"",
        "|",
        "|a|b|",
        "\t",
        "https://x",
        "HTTP://",
        "://"
      ])
      .concat(["\\frac{", "$x$", "É", "中文", "😀", "_", "[(]", ")", "\n", "\r\n", "\r", "\u2028", "\u2029", "\u0000"])
    const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0
    const next = random(5)
    for (let round = 0; round < 3_000; round++) {
      const length = Math.floor(next() * 12)
      const text = Array.from({ length }, () => pieces[Math.floor(next() * pieces.length)]!).join("")
      const found = read(text)
      const words = text.match(/[a-zA-Z\u0080-\uffff]+/g) ?? []
      const distinct = new Set(words.map((word) => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase())))
      const expected = {
        log_words: Math.log1p(words.length),
        log_lines: Math.log1p(text === "" ? 0 : 1 + count(text, /\n/g)),
        distinct_word_share: words.length === 0 ? 0 : distinct.size / words.length,
        digit_share: count(text, /[0-9]/g) / Math.max(1, text.length),
        punctuation_share: count(text, /[!-/:-@[-`{-~]/g) / Math.max(1, text.length),
        upper_share: count(text, /[A-Z]/g) / Math.max(1, text.length),
        non_ascii_share: count(text, /[\u0080-\uffff]/g) / Math.max(1, text.length),
        log_numbers: Math.log1p(count(text, /[0-9][0-9,.]*/g)),
        log_questions: Math.log1p(count(text, /\?/g)),
        log_list_items: Math.log1p(
          count(text, /^[ \t]*(?:[-*•]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)])\s/gm)
        ),
        code: count(
          text,
          /```|=>|\(\)|[;{][ \t]*$|^[ \t]*(?:def|class|function|import|from|const|let|var|public|private|#include|SELECT)\s/gm
        ),
        json: count(text, /[{,]\s*"[^"\n]{1,100}"\s*:/g),
        table: count(text, /^[ \t]*\|.*\|[ \t]*$|\t[^\t\n]+\t/gm),
        url: count(text, /https?:\/\//gi)
      }
      for (const [name, value] of Object.entries(expected)) {
        const isFlag = ["code", "json", "table", "url"].includes(name)
        assert.approximately(
          found[name]!,
          isFlag ? Math.min(1, value) : value,
          1e-12,
          `${name} of ${JSON.stringify(text)}`
        )
      }
    }
  })

  it("reads tools and schemas", () => {
    const found = read("hi", { tools: [{}, {}] })
    assert.strictEqual(found["log_tools"], Math.log1p(2))
    assert.strictEqual(found["log_schema_chars"], Math.log1p(7))
  })

  it.prop("is finite and repeatable on any text", [Schema.String], ([text]) => {
    const found = read(text)
    for (const name of denseNames) assert.isTrue(Number.isFinite(found[name]), name)
    assert.deepStrictEqual(read(text), found)
    for (const name of denseNames.filter((name) => name.endsWith("_share"))) {
      assert.isTrue(found[name]! >= 0 && found[name]! <= 1, name)
    }
  }, { arbitrary: { runs: 300 } })

  it("writes at the offset and nowhere else", () => {
    const view = requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: "x" }] })
    const out = new Float64Array(denseNames.length + 2).fill(-1)
    denseFeatures(view, out, 1)
    assert.strictEqual(out[0], -1)
    assert.strictEqual(out.at(-1), -1)
    assert.isTrue(out.subarray(1, -1).every((x) => x >= 0))
  })
})
