import type { MessagePort } from "node:worker_threads"
import type { TaskInput, TaskName } from "./Tasks.ts"

/** Places of the shared counters: the next item to take, and how many are done by other threads. */
export const NEXT = 0
export const DONE = 1

/** Items to take part in. */
export interface TaskMessage {
  readonly name: TaskName
  readonly input: TaskInput<TaskName>
  readonly items: number
  /** Shared counters: the next item to take, and how many are done by threads. */
  readonly counters: Int32Array
  /** Where outputs go. */
  readonly outputs: MessagePort
}

/** What came of an item in another thread. */
export type ItemMessage = { readonly i: number; readonly output: unknown } | {
  readonly i: number
  readonly error: unknown
}
