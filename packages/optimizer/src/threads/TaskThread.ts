/** The thread of `RunTasks`: takes items as long as there are any. */
import { parentPort } from "node:worker_threads"
import { DONE, type ItemMessage, NEXT, type TaskMessage } from "./TaskMessage.ts"
import { runItem } from "./Tasks.ts"

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
