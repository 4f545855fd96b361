/** The thread of `RunTasks`: takes items as long as there are any. */
import { type MessagePort, parentPort } from "node:worker_threads"
import { DONE, type ItemMessage, NEXT } from "./RunTasks.ts"
import { runItem, type TaskInput, type TaskName } from "./Tasks.ts"

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

parentPort!.on("message", ({ counters, input, items, name, outputs }: TaskMessage) => {
  const send = (message: ItemMessage) => outputs.postMessage(message, [])
  for (let i = Atomics.add(counters, NEXT, 1); i < items; i = Atomics.add(counters, NEXT, 1)) {
    try {
      send({ i, output: runItem(name, input, i) })
    } catch (error) {
      send({ i, error: error instanceof Error ? error : String(error) })
    }
    Atomics.add(counters, DONE, 1)
    Atomics.notify(counters, DONE)
  }
  outputs.close()
})
