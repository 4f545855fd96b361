import type { AnswerView } from "../AnswerView.ts"
import { countMatches } from "./CountMatches.ts"
import { FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
import { makeHashSet } from "./HashSet.ts"
import { hasLines } from "./Lines.ts"
import { sampleText } from "./TextSample.ts"
import { wordHashes } from "./WordHashes.ts"

/**
 * Names of the text features of an answer, in order. `hedges` counts per 100 words, `repetition` is the share of
 * repeated word 4-grams, `log_` features are ln(1 + count), the rest are flags. Long answers are read as head and tail.
 */
export const answerNames: ReadonlyArray<string> = [
  "log_chars",
  "hedges",
  "refusal",
  "ends_cleanly",
  "is_json",
  "is_code",
  "log_numbers",
  "question",
  "repetition",
  "empty"
]

const HEDGE =
  /\b(?:maybe|perhaps|possibly|probably|likely|unlikely|might|may|could|seems?|appears?|unclear|uncertain|unsure|not (?:entirely )?(?:sure|certain)|i (?:think|believe|guess|assume)|approximately|roughly|it depends|hard to say|without (?:more|further) (?:information|context|details))\b/gi
const REFUSAL =
  /\b(?:i(?:'m| am) (?:sorry|unable|not able)|i (?:cannot|can't|can not|won't|will not) (?:help|assist|answer|provide|do|comply|fulfill|determine|access)|i (?:don't|do not) (?:know|have (?:enough|access|the ability|sufficient))|as an ai\b|unable to (?:help|assist|answer|provide|determine))/i
/** A closing mark, bracket, quote or fence; text without any word character at its end counts as closed too. */
const CLEAN_END = /[.!?…。！？)\]}>"'”’`|$*_]\s*$/
const NUMBER = /\d+(?:[.,]\d+)*/g
/** Blanks, not \s: over a run of line breaks that would take quadratic time. */
const KEYWORD = "^[ \\t]*(?:def|class|function|import|const|let|var|public|#include|SELECT)\\s"
const KEYWORD_IN_LINES = new RegExp(KEYWORD, "m")
const KEYWORD_AT_START = new RegExp(KEYWORD)
/** Answers of so few words (a label, a number) need no full stop. */
const SHORT_WORDS = 8
const REFUSAL_CHARS = 300

/** The JSON object or array that the text is, alone or in one code fence; undefined where it is none. */
export const parseJsonAnswer = (text: string): unknown => {
  const trimmed = text.trim()
  const body = trimmed.startsWith("```")
    ? trimmed.replace(/^```(?:json)?\s*\n([\s\S]*?)\n?```$/, "$1").trim()
    : trimmed
  if (!body.startsWith("{") && !body.startsWith("[")) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const seen = makeHashSet()

const repeatedShare = (hashes: Uint32Array): number => {
  const total = hashes.length - 3
  if (total < 2) return 0
  seen.start(total)
  let distinct = 0
  for (let i = 0; i < total; i++) {
    let hash = FNV_BASIS
    for (let j = i; j < i + 4; j++) hash = Math.imul(hash ^ hashes[j]!, FNV_PRIME)
    if (seen.isNew(hash)) distinct++
  }
  return 1 - distinct / total
}

/** Writes the features of an answer to `out[offset]` and on, in the order of {@link answerNames}. */
export const answerFeatures = (answer: AnswerView, out: Float64Array, offset = 0): void => {
  const text = sampleText(answer.output)
  const words = wordHashes(text)
  const json = parseJsonAnswer(answer.output) !== undefined
  const cut = answer.finish_reason === "length" || answer.finish_reason === "content_filter"
  let at = offset
  out[at++] = Math.log1p(answer.output.length)
  out[at++] = words.length === 0 ? 0 : 100 * countMatches(text, HEDGE) / words.length
  // A refusal stands at the beginning; later the words may be part of the work.
  out[at++] = REFUSAL.test(text.slice(0, REFUSAL_CHARS)) ? 1 : 0
  out[at++] = !cut && (json || words.length <= SHORT_WORDS || CLEAN_END.test(text)) ? 1 : 0
  out[at++] = json ? 1 : 0
  out[at++] = text.includes("```") || (hasLines(text) ? KEYWORD_IN_LINES : KEYWORD_AT_START).test(text) ? 1 : 0
  out[at++] = Math.log1p(countMatches(text, NUMBER))
  out[at++] = /\?\s*$/.test(text) ? 1 : 0
  out[at++] = repeatedShare(words)
  out[at++] = text.trim() === "" ? 1 : 0
}
