import { BadInput, Failure } from "@spillway/domain"
import { embeddingText, requestView } from "@spillway/policy"
import type { Embedder } from "@spillway/providers"
import { type NotEmbedded, type PromptEmbedding, Store } from "@spillway/store"
import { Clock, Effect, Stream } from "effect"
import { embedPrompts, type Prompt, type PromptAnswer } from "./EmbedPrompts.ts"
import type { EmbedReport } from "./EmbedReport.ts"
import { makeProgressMeter, type Progress } from "./Progress.ts"

/** What is to be embedded, and by what. */
export interface EmbedOptions {
  readonly embedder: Embedder
  /** SQL over the columns of `requests`. */
  readonly where?: string | undefined
  /** Most requests, in row order. */
  readonly limit?: number | undefined
  /** Forget the model's vectors first, of all requests. */
  readonly again?: boolean | undefined
  /** How often a call is tried again that may succeed later. Default 5. */
  readonly maxRetries?: number | undefined
  /** Called after every prompt; has to return quickly. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

const DEFAULT_MAX_RETRIES = 5
/** Vectors that are written at once, and the longest that one waits for others: what a kill can cost. */
const WRITTEN_AT_ONCE = 256
const WRITTEN_EVERY = "3 seconds"
/** Refusals of texts, with not one embedded, that are taken for a refusal of the way to ask. */
const HOPELESS = 100

/**
 * Embeds the stored requests that have no vector of the embedder's model, and stores the vectors as they come: a run that
 * stops or is killed goes on where it was. A prompt that the model refuses is passed over; any other failure that waiting
 * does not mend stops the run with {@link Failure}, once what came is stored.
 */
export const embedAll = Effect.fn("embedAll")(function*(
  { again, embedder, limit, maxRetries = DEFAULT_MAX_RETRIES, onProgress, where }: EmbedOptions
): Effect.fn.Return<EmbedReport, BadInput | Failure, Store> {
  const store = yield* Store
  const startedMs = yield* Clock.currentTimeMillis
  const { of } = embedder
  const selection = { where, limit }
  if (again === true) yield* store.clearEmbeddings(of)
  const before = yield* store.embedded(of, selection)
  const meter = makeProgressMeter(new Map([[of.model, before.prompts - before.prompts_embedded]]))
  const refused: Record<string, number> = {}
  let added = 0, came = 0, withoutText = 0
  let usd: number | undefined = 0
  let { dimensions } = before
  let stopped: BadInput | Failure | undefined

  const count = (failed: boolean, costUsd: number | undefined) => {
    usd = usd === undefined || costUsd === undefined ? undefined : usd + costUsd
    return Effect.map(meter.finish({ tier: of.model, failed, costUsd: costUsd ?? 0 }), (at) => onProgress?.(at))
  }
  const promptOf = ({ prompt_sha, request }: NotEmbedded): Effect.Effect<ReadonlyArray<Prompt>> => {
    const text = embeddingText(requestView(request), of.max_chars)
    if (text !== undefined) return Effect.succeed([{ prompt_sha, text }])
    withoutText += 1
    return Effect.as(count(false, 0), [])
  }
  const stop = (reason: string) => {
    stopped ??= new Failure({
      doing: `embedding with ${of.model}`,
      problem: reason.replace(/\.$/, ""),
      mend: "What came is stored: run it again to go on"
    })
  }
  const ask = (prompts: ReadonlyArray<Prompt>): Effect.Effect<ReadonlyArray<PromptAnswer>> =>
    Effect.catch(embedPrompts(embedder, prompts, maxRetries), (error) => {
      stop(error.message)
      return Effect.succeed([])
    })
  /** The rows of the prompts that were embedded, unless they cannot stand beside those that are stored. */
  const rowOf = Effect.fnUntraced(function*(answer: PromptAnswer): Effect.fn.Return<ReadonlyArray<PromptEmbedding>> {
    if (answer._tag === "Refused") {
      refused[answer.reason] = (refused[answer.reason] ?? 0) + 1
      if (came === 0 && refused[answer.reason]! >= HOPELESS) stop(answer.reason)
      yield* count(true, 0)
      return []
    }
    const { cost_usd, vector } = answer.row
    yield* count(false, cost_usd)
    came += 1
    if (dimensions === 0) dimensions = vector.length
    if (vector.length === dimensions) return [answer.row]
    stopped ??= new BadInput({
      source: of.model,
      problem: `it gives vectors of ${vector.length} values, and there are some of ${dimensions}`,
      mend: "Make them all anew: spillway embed --again"
    })
    return []
  })

  yield* store.notEmbedded(of, selection).pipe(
    Stream.flattenIterable,
    Stream.mapEffect(promptOf),
    Stream.flattenIterable,
    Stream.grouped(embedder.batch),
    Stream.takeWhile(() => stopped === undefined),
    Stream.mapEffect(ask, { concurrency: embedder.concurrency, unordered: true }),
    Stream.flattenIterable,
    Stream.mapEffect(rowOf),
    Stream.flattenIterable,
    Stream.groupedWithin(WRITTEN_AT_ONCE, WRITTEN_EVERY),
    Stream.runForEach((rows) =>
      Effect.map(store.putEmbeddings(of, rows), ({ inserted, updated }) => void (added += inserted + updated))
    )
  )
  const after = yield* store.embedded(of, selection)
  const endedMs = yield* Clock.currentTimeMillis
  const report: EmbedReport = {
    run_id: `embed-${startedMs}`,
    ...of,
    dimensions: after.dimensions,
    requests: after.requests,
    embedded: after.embedded,
    added,
    without_text: withoutText,
    refused,
    cost_usd: usd ?? null,
    seconds: (endedMs - startedMs) / 1000
  }
  yield* store.putRun({
    run_id: report.run_id,
    command: "embed",
    started_at: new Date(startedMs).toISOString(),
    ended_at: new Date(endedMs).toISOString(),
    detail: { ...report, ...(stopped === undefined ? {} : { stopped: (stopped as BadInput | Failure).message }) }
  })
  if (stopped !== undefined) return yield* (stopped as BadInput | Failure)
  return report
})
