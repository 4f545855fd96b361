import type { RequestView } from "@spillway/policy"
import { Effect, Stream } from "effect"
import { startWorker } from "../threads/StartWorker.ts"
import { RequestColumns, type RequestFeatures } from "./RequestColumns.ts"
import type { ThreadData, ThreadMessage } from "./RequestThread.ts"

/** From so many requests on, the work is worth the third of a second that a thread takes to start. */
const WORTH_A_THREAD = 20_000
/** Chunks that may wait for the thread, so that it never waits for one and memory stays bounded. */
const AHEAD = 4

/**
 * Turns the text of requests into features; of many requests in a thread of its own, so that the caller can read
 * something else meanwhile. The result is the same either way.
 *
 * @param n number of requests in the stream
 * @param hashBits buckets for n-grams as a power of two
 */
export const readRequests = <E>(
  views: Stream.Stream<ReadonlyArray<RequestView>, E>,
  n: number,
  hashBits: number
): Effect.Effect<RequestFeatures, E> =>
  n < WORTH_A_THREAD ? readHere(views, n, hashBits) : readInThread(views, n, hashBits)

/** {@link readRequests} in this thread: for few requests another takes longer to start than it saves. */
export const readHere = Effect.fnUntraced(function*<E>(
  views: Stream.Stream<ReadonlyArray<RequestView>, E>,
  n: number,
  hashBits: number
) {
  const columns = new RequestColumns(n, hashBits)
  yield* Stream.runForEach(views, (chunk) => Effect.sync(() => chunk.forEach((view) => columns.add(view))))
  return columns.finish()
})

/** {@link readRequests} in a thread of its own, while this one loads the next requests. */
export const readInThread = <E>(
  views: Stream.Stream<ReadonlyArray<RequestView>, E>,
  n: number,
  hashBits: number
): Effect.Effect<RequestFeatures, E> =>
  Effect.scoped(Effect.gen(function*() {
    const thread = yield* Effect.acquireRelease(
      Effect.sync(() => startThread({ n, hashBits })),
      ({ stop }) => Effect.promise(stop)
    )
    const ask = (message: ThreadMessage) => Effect.promise(() => thread.ask(message))
    yield* Stream.runDrain(Stream.mapEffect(views, (add) => ask({ add }), { concurrency: AHEAD }))
    return (yield* ask({ end: true }))!
  }))

/** The thread's answers come in the order of the messages; its failure fails all that wait. */
const startThread = (workerData: ThreadData) => {
  const worker = startWorker("data/RequestThread", { workerData })
  const waiting: Array<PromiseWithResolvers<RequestFeatures | undefined>> = []
  worker.on("message", (answer: RequestFeatures | undefined) => waiting.shift()!.resolve(answer))
  worker.on("error", (error) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  return {
    ask: (message: ThreadMessage) => {
      const answer = Promise.withResolvers<RequestFeatures | undefined>()
      waiting.push(answer)
      worker.postMessage(message, [])
      return answer.promise
    },
    stop: () => worker.terminate()
  }
}
