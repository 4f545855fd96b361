import { BadInput } from "@spillway/domain"
import { importFiles } from "@spillway/ingest"
import { recordedAnswers } from "@spillway/providers"
import { layer, layerMemory, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { closeSync, openSync, readSync } from "node:fs"

/** What a DuckDB file has at its eighth byte. */
const DUCKDB_MAGIC = "DUCK"

const isDatabase = (path: string): boolean => {
  const head = Buffer.alloc(12)
  try {
    const file = openSync(path, "r")
    try {
      readSync(file, head)
    } finally {
      closeSync(file)
    }
  } catch {
    // A folder, or nothing at all: the import says what is wrong with it.
    return false
  }
  return head.toString("latin1", 8) === DUCKDB_MAGIC
}

const stored = Effect.gen(function*() {
  const store = yield* Store
  const requests = yield* Stream.runCollect(store.requests())
  const outcomes = yield* Stream.runCollect(store.outcomes())
  return recordedAnswers(requests.flat(), outcomes.flat())
})

/** The recorded outcomes of one DuckDB file, or of log files and folders of them, as `spillway import` takes them. */
export const readRecorded = Effect.fnUntraced(function*(paths: ReadonlyArray<string>) {
  const [first] = paths
  const answers = yield* (paths.length === 1 && isDatabase(first!)
    ? Effect.provide(stored, layer(first!, { readOnly: true }))
    : Effect.provide(Effect.andThen(importFiles(paths), stored), layerMemory))
  if (answers.tiers.length > 0) return answers
  return yield* new BadInput({
    source: paths.join(", "),
    problem: "no outcome is recorded there",
    mend: "Give a database with outcomes, or files of requests and of their outcomes"
  })
})
