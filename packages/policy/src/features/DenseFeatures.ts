import type { RequestView } from "../RequestView.ts"
import { countMatches } from "./CountMatches.ts"
import { hasLines } from "./Lines.ts"
import { countText } from "./TextCounts.ts"
import { sampleText } from "./TextSample.ts"

/**
 * Names of the dense features, in order. `log_` features are ln(1 + count), `_share` features lie in [0, 1], flags are
 * 0 or 1. All but the first and the last six read at most `SAMPLE_CHARS` characters of the text.
 */
export const denseNames: ReadonlyArray<string> = [
  "log_chars",
  "log_words",
  "log_lines",
  "mean_word_length",
  "mean_sentence_words",
  "long_word_share",
  "distinct_word_share",
  "digit_share",
  "punctuation_share",
  "upper_share",
  "non_ascii_share",
  "log_numbers",
  "log_questions",
  "log_list_items",
  "log_nesting",
  "conjunction_share",
  "negation_share",
  "conditional_share",
  "latex",
  "code",
  "json",
  "table",
  "url",
  "log_system_chars",
  "log_turns",
  "log_tools",
  "log_images",
  "log_files",
  "log_schema_chars"
]

// Indentation is matched by blanks, never by \s: over a run of line breaks that would take quadratic time.
const LATEX = /\\[a-zA-Z]+\{|\\[([]|\$[^$\n]{1,200}\$/
const STATEMENT_END = /[;{][ \t]*$/m
const JSON_TEXT = /[{,]\s*"[^"\n]{1,100}"\s*:/
const TABLE = /^[ \t]*\|.*\|[ \t]*$|\t[^\t\n]+\t/m
const URL = /https?:\/\//i
const KEYWORD = "^[ \\t]*(?:def|class|function|import|from|const|let|var|public|private|#include|SELECT)\\s"
const LIST_ITEM = "^[ \\t]*(?:[-*•]|\\(?[0-9]{1,3}[.)]|\\(?[a-zA-Z][.)])\\s"
/** Of several lines each is tried, of one line only its beginning. */
const LINES = { keyword: new RegExp(KEYWORD, "m"), listItem: new RegExp(LIST_ITEM, "gm") }
const ONE_LINE = { keyword: new RegExp(KEYWORD), listItem: new RegExp(LIST_ITEM, "g") }

// A search for one character takes a hundredth of the time of a regular expression that fails.
const hasAny = (text: string, ...parts: ReadonlyArray<string>) => parts.some((part) => text.includes(part))

const flag = (value: boolean): number => value ? 1 : 0

/** Writes the features of a request to `out[offset]` and on, raw (not standardized), in the order of {@link denseNames}. */
export const denseFeatures = (view: RequestView, out: Float64Array, offset = 0): void => {
  const text = sampleText(view.text)
  const counts = countText(text)
  const inLines = hasLines(text) ? LINES : ONE_LINE
  const perChar = text === "" ? 0 : 1 / text.length
  const perWord = counts.words === 0 ? 0 : 1 / counts.words
  let at = offset
  out[at++] = Math.log1p(view.text.length)
  out[at++] = Math.log1p(counts.words)
  out[at++] = Math.log1p(counts.lines)
  out[at++] = counts.wordChars * perWord
  out[at++] = counts.words / Math.max(1, counts.sentenceEnds)
  out[at++] = counts.longWords * perWord
  out[at++] = counts.distinctWords * perWord
  out[at++] = counts.digits * perChar
  out[at++] = counts.punctuation * perChar
  out[at++] = counts.upper * perChar
  out[at++] = counts.nonAscii * perChar
  out[at++] = Math.log1p(counts.numbers)
  out[at++] = Math.log1p(counts.questions)
  out[at++] = Math.log1p(countMatches(text, inLines.listItem))
  out[at++] = Math.log1p(counts.nesting)
  out[at++] = counts.conjunctions * perWord
  out[at++] = counts.negations * perWord
  out[at++] = counts.conditionals * perWord
  out[at++] = flag(LATEX.test(text))
  out[at++] = flag(
    hasAny(text, "```", "=>", "()") || hasAny(text, ";", "{") && STATEMENT_END.test(text) || inLines.keyword.test(text)
  )
  out[at++] = flag(text.includes("\"") && JSON_TEXT.test(text))
  out[at++] = flag(hasAny(text, "|", "\t") && TABLE.test(text))
  out[at++] = flag(text.includes("://") && URL.test(text))
  out[at++] = Math.log1p(view.system.length)
  out[at++] = Math.log1p(view.turns)
  out[at++] = Math.log1p(view.tools)
  out[at++] = Math.log1p(view.images)
  out[at++] = Math.log1p(view.files)
  out[at++] = Math.log1p(view.schema_chars)
}
