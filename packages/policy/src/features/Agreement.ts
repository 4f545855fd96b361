import { parseJsonAnswer } from "./AnswerFeatures.ts"
import { sampleText } from "./TextSample.ts"
import { wordHashes } from "./WordHashes.ts"

const OUTER = new Set(" \"'“”‘’`*_.,;:!?()[]{}<>$")
const NUMBER = /[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?/gi
/** What stands after the last of these marks is the answer proper. */
const ANSWER_MARK = /(?:\banswer(?:\s+is)?\s*:?|####|\bresult\s*:|\\boxed\{)/gi
const CHOICE = /^([a-z])(?:[.):]|$)/
/** Beyond so many words an answer is prose and compared by its vocabulary. */
const SHORT_WORDS = 12

/** Without marks around it; by hand, because a regular expression takes quadratic time over a long run of them. */
const trimMarks = (text: string) => {
  let start = 0
  let end = text.length
  while (start < end && OUTER.has(text[start]!)) start++
  while (end > start && OUTER.has(text[end - 1]!)) end--
  return text.slice(start, end)
}

const normalize = (text: string) => trimMarks(text.normalize("NFKC").toLowerCase().replace(/\s+/g, " "))

/** The part that holds the answer: after the last mark, else all of it. */
const answerPart = (text: string) => {
  const marks = [...text.matchAll(ANSWER_MARK)]
  const last = marks.at(-1)
  const part = last === undefined ? "" : text.slice(last.index + last[0].length).trim()
  return part === "" ? text : part
}

const onlyNumber = (text: string): number | undefined => {
  const found = text.match(NUMBER) ?? []
  return found.length === 1 ? Number(found[0]!.replace("−", "-").replaceAll(",", "")) : undefined
}

const sameNumber = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b))

/** Every leaf of a JSON value as `path=value`; objects read in any order of their keys. */
const leaves = (value: unknown, path: string, into: Set<string>): Set<string> => {
  if (typeof value !== "object" || value === null) return into.add(`${path}=${JSON.stringify(value)}`)
  const entries = Object.entries(value)
  if (entries.length === 0) into.add(`${path}=${Array.isArray(value) ? "[]" : "{}"}`)
  for (const [key, child] of entries) leaves(child, `${path}/${key}`, into)
  return into
}

const shareOf = (shared: number, a: number, b: number) => a + b === shared ? 1 : shared / (a + b - shared)

const jaccard = (a: ReadonlySet<string>, b: ReadonlySet<string>) => {
  let shared = 0
  for (const item of a) if (b.has(item)) shared++
  return shareOf(shared, a.size, b.size)
}

/** The distinct words of a text by their hashes, in order. */
const vocabulary = (text: string): Uint32Array => {
  const sorted = wordHashes(text.normalize("NFKC")).toSorted()
  let n = 0
  for (const hash of sorted) if (n === 0 || hash !== sorted[n - 1]) sorted[n++] = hash
  return sorted.subarray(0, n)
}

const jaccardOfVocabularies = (a: Uint32Array, b: Uint32Array) => {
  let shared = 0, i = 0, j = 0
  while (i < a.length && j < b.length) {
    const x = a[i]!, y = b[j]!
    if (x === y) shared++
    if (x <= y) i++
    if (y <= x) j++
  }
  return shareOf(shared, a.length, b.length)
}

/** The part of a text that holds the answer; choice and number only where it is short. */
interface Part {
  readonly text: string
  readonly short: boolean
  readonly choice: string | undefined
  readonly number: number | undefined
}

const partOf = (sample: string): Part => {
  const text = normalize(answerPart(sample))
  const short = wordHashes(text).length <= SHORT_WORDS
  return {
    text,
    short,
    choice: short ? CHOICE.exec(text)?.[1] : undefined,
    number: short ? onlyNumber(text) : undefined
  }
}

/** Calls `make` when the value is first asked for. */
const lazily = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/** An answer with what {@link agreementBetween} looks at, each found out once, when it is first needed. */
export interface ComparableAnswer {
  readonly text: string
  /** Of a JSON answer. */
  readonly leaves: () => ReadonlySet<string> | undefined
  readonly part: () => Part
  readonly words: () => Uint32Array
}

/** Makes an answer ready to be compared with several others. */
export const comparableAnswer = (text: string): ComparableAnswer => ({
  text,
  leaves: lazily(() => {
    const json = parseJsonAnswer(text)
    return json === undefined ? undefined : leaves(json, "", new Set())
  }),
  part: lazily(() => partOf(sampleText(text))),
  words: lazily(() => vocabulary(sampleText(text)))
})

/**
 * How far two answers to one request say the same, in [0, 1]; symmetric.
 *
 * 1 where they are equal after normalisation. JSON answers: shared leaves over all leaves. Short answers (or the short
 * part after "answer is", `####`, `\boxed{`): 1 or 0 by their choice letter or their only number where both have one. All
 * others: shared words over all words (Jaccard) of at most `SAMPLE_CHARS` characters.
 */
export const agreement = (a: string, b: string): number => agreementBetween(comparableAnswer(a), comparableAnswer(b))

/** {@link agreement} of answers that are compared with several others. */
export const agreementBetween = (a: ComparableAnswer, b: ComparableAnswer): number => {
  if (a.text === b.text) return 1
  const leavesA = a.leaves(), leavesB = b.leaves()
  if (leavesA !== undefined && leavesB !== undefined) return jaccard(leavesA, leavesB)
  const partA = a.part(), partB = b.part()
  if (partA.short && partB.short) {
    if (partA.text === partB.text) return 1
    if (partA.choice !== undefined && partB.choice !== undefined) return partA.choice === partB.choice ? 1 : 0
    if (partA.number !== undefined && partB.number !== undefined) return sameNumber(partA.number, partB.number) ? 1 : 0
  }
  return jaccardOfVocabularies(a.words(), b.words())
}
