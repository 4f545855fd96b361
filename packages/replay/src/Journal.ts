import { BadInput, Failure, Outcome } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect, Schema, Semaphore } from "effect"
import { type FileHandle, open, readFile, rename, unlink } from "node:fs/promises"
import { dirname } from "node:path"

const FORMAT = "spillway.replay-journal/1"
/** Outcomes written to the store at once. */
const MERGE_EVERY = 512

const Header = Schema.Struct({
  format: Schema.Literal(FORMAT),
  /** US dollars of the outcomes of this run that the store has already. */
  spent_usd: Schema.Finite
})
const decodeHeader = Schema.decodeUnknownEffect(Schema.fromJsonString(Header))
const decodeOutcome = Schema.decodeUnknownEffect(Schema.fromJsonString(Outcome))
const headerLine = (spent_usd: number) => `${JSON.stringify({ format: FORMAT, spent_usd })}\n`
const costOf = (outcomes: ReadonlyArray<Outcome>) => outcomes.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)

/** What a replay that was killed had finished. */
export interface Recovered {
  /** Outcomes that were only in the journal. */
  readonly outcomes: number
  /** US dollars that the killed replay spent on finished calls. */
  readonly spent_usd: number
}

/**
 * Outcomes on disk before they count as finished. The database could hold them only one transaction each, which is slow;
 * the journal takes them in groups, and the store takes the journal in batches.
 */
export interface Journal {
  /** Ends when the outcome is on disk. */
  readonly append: (outcome: Outcome) => Effect.Effect<void, BadInput | Failure>
  /** Brings what is left into the store and removes the file; where it fails, the next replay takes the file in. */
  readonly close: Effect.Effect<void, BadInput | Failure>
}

const io = <A>(path: string, doing: string, run: () => Promise<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => {
      const problem = (cause as Error).message
      return new Failure({
        doing: `${doing} ${path}`,
        problem,
        mend: "Check the disk and the rights of the file",
        cause
      })
    }
  })

/** Makes the directory's list of names durable, so that a new or renamed file is there after a power cut. */
const syncDirectory = async (path: string) => {
  const directory = await open(dirname(path), "r")
  await directory.sync().finally(() => directory.close())
}

/** A fresh journal in place of what stood at `path`, all at once. */
const create = (path: string, spentUsd: number) =>
  io(path, "writing", async () => {
    const fresh = `${path}.new`
    const handle = await open(fresh, "w")
    await handle.writeFile(headerLine(spentUsd))
    await handle.datasync()
    await rename(fresh, path)
    await syncDirectory(path)
    return handle
  })

const remove = (path: string) =>
  io(path, "removing", async () => {
    await unlink(path)
    await syncDirectory(path)
  })

/** Reads a journal; a last line that the kill cut short is left out. */
const read = Effect.fnUntraced(function*(path: string) {
  const text = yield* io(path, "reading", () =>
    readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined
      throw cause
    }))
  if (text === undefined) return undefined
  const lines = text.split("\n").slice(0, -1)
  const bad = (line: number) => (error: Schema.SchemaError) =>
    new BadInput({
      source: path,
      line,
      problem: `not a replay journal: ${error.message.replace(/\s+/g, " ")}`,
      mend: "Move the file away; the requests whose answers it holds will be replayed again"
    })
  if (lines.length === 0) return { spent_usd: 0, outcomes: [] }
  const { spent_usd } = yield* Effect.mapError(decodeHeader(lines[0]!), bad(1))
  const outcomes = yield* Effect.forEach(
    lines.slice(1),
    (line, index) => Effect.mapError(decodeOutcome(line), bad(index + 2))
  )
  return { spent_usd, outcomes }
})

/**
 * Brings the answers of a replay that was killed into the store and removes its journal. Does nothing where there is
 * none.
 */
export const recoverJournal = Effect.fnUntraced(function*(path: string) {
  const store = yield* Store
  const journal = yield* read(path)
  if (journal === undefined) return { outcomes: 0, spent_usd: 0 } satisfies Recovered
  yield* store.putOutcomes(journal.outcomes)
  yield* remove(path)
  return {
    outcomes: journal.outcomes.length,
    spent_usd: journal.spent_usd + costOf(journal.outcomes)
  } satisfies Recovered
})

interface Entry {
  readonly outcome: Outcome
  durable: boolean
}

const openJournal = Effect.fnUntraced(function*(path: string) {
  const store = yield* Store
  const turn = yield* Semaphore.make(1)
  const waiting: Array<Entry> = []
  let unmerged: Array<Outcome> = []
  let mergedUsd = 0
  let handle: FileHandle = yield* create(path, mergedUsd)
  let end = Buffer.byteLength(headerLine(mergedUsd))

  const merge = Effect.gen(function*() {
    yield* store.putOutcomes(unmerged)
    mergedUsd += costOf(unmerged)
    unmerged = []
  })
  const restart = Effect.gen(function*() {
    yield* merge
    const fresh = yield* create(path, mergedUsd)
    yield* io(path, "closing", () => handle.close())
    handle = fresh
    end = Buffer.byteLength(headerLine(mergedUsd))
  })
  const flush = Effect.gen(function*() {
    const group = [...waiting]
    const bytes = Buffer.from(group.map(({ outcome }) => `${JSON.stringify(outcome)}\n`).join(""))
    // Written at a known place, so that a group that failed half-way is written over.
    yield* io(path, "writing", async () => {
      for (let at = 0; at < bytes.length;) {
        at += (await handle.write(bytes, at, bytes.length - at, end + at)).bytesWritten
      }
      await handle.datasync()
    })
    end += bytes.length
    waiting.splice(0, group.length)
    for (const entry of group) {
      entry.durable = true
      unmerged.push(entry.outcome)
    }
    if (unmerged.length >= MERGE_EVERY) yield* restart
  })

  const journal: Journal = {
    // Whoever has the turn writes for all that wait.
    append: (outcome) =>
      Effect.suspend(() => {
        const entry: Entry = { outcome, durable: false }
        waiting.push(entry)
        return turn.withPermit(Effect.suspend(() => (entry.durable ? Effect.void : flush)))
      }).pipe(Effect.uninterruptible),
    close: turn.withPermit(Effect.gen(function*() {
      yield* io(path, "closing", () => handle.close())
      yield* merge
      yield* remove(path)
    }))
  }
  return journal
})

/** Runs an effect with the journal at `path`. */
export const withJournal = <A, E, R>(path: string, use: (journal: Journal) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(openJournal(path), use, (journal) => journal.close)
