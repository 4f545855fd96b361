/** The thread of `ReadRequests`: adds requests to columns, answers each message when it is done with it. */
import type { RequestView } from "@spillway/policy"
import { parentPort, workerData } from "node:worker_threads"
import { RequestColumns } from "./RequestColumns.ts"

/** What the thread is started with. */
export interface ThreadData {
  /** How many requests will be added. */
  readonly n: number
  readonly hashBits: number
}

/** Requests to add, or the end, which is answered by the features of all. */
export type ThreadMessage = { readonly add: ReadonlyArray<RequestView> } | { readonly end: true }

const { hashBits, n } = workerData as ThreadData
const columns = new RequestColumns(n, hashBits)

parentPort!.on("message", (message: ThreadMessage) => {
  if ("add" in message) {
    for (const view of message.add) columns.add(view)
    parentPort!.postMessage(undefined, [])
    return
  }
  const features = columns.finish()
  const { chars, dense, group, words } = features
  const ofWords = words === undefined ? [] : [words.rows, words.offsets, words.ids]
  // The n-grams lie in shared memory.
  parentPort!.postMessage(features, [dense, chars, group, ...ofWords].map(({ buffer }) => buffer))
})
