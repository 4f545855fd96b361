import { BadInput } from "@spillway/domain"
import { Effect, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { gunzipSync } from "node:zlib"

const Answers = Schema.Array(Schema.String).check(Schema.isMinLength(1))

/** One line of an answer book: what right and wrong answers to one conversation look like, in its task's own format. */
export const BookEntry = Schema.Struct({
  /** `answerKey` of the messages. */
  key: Schema.NonEmptyString,
  task: Schema.NonEmptyString,
  /** 0 = everyone gets it right, 1 = hardly anyone. */
  difficulty: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  right: Answers,
  wrong: Answers
})
export type BookEntry = typeof BookEntry.Type

/** Entries by their key. */
export type AnswerBook = ReadonlyMap<string, BookEntry>

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(BookEntry))

/** Reads an answer book from JSONL, plain or `.gz`. */
export const loadAnswerBook = Effect.fn("loadAnswerBook")(function*(
  path: string
): Effect.fn.Return<AnswerBook, BadInput> {
  const wrong = (problem: string, line?: number) =>
    new BadInput({
      source: path,
      ...(line === undefined ? {} : { line }),
      problem,
      mend: "An answer book has a JSON object a line: key, task, difficulty, right, wrong"
    })
  const bytes = yield* Effect.tryPromise({ try: () => readFile(path), catch: () => wrong("cannot be read") })
  const text = path.endsWith(".gz")
    ? yield* Effect.try({ try: () => gunzipSync(bytes).toString(), catch: () => wrong("is not a gzip file") })
    : bytes.toString()
  const book = new Map<string, BookEntry>()
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const entry = yield* decode(line).pipe(
      Effect.mapError((error) => wrong(error.message.replaceAll("\n", " "), i + 1))
    )
    book.set(entry.key, entry)
  }
  return book
})
