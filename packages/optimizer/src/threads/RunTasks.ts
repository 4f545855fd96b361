import { availableParallelism } from "node:os"
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads"
import { helperThreads } from "./HelperThreads.ts"
import { startWorker } from "./StartWorker.ts"
import { DONE, type ItemMessage, NEXT, type TaskMessage } from "./TaskMessage.ts"
import { runItem, type TaskInput, type TaskName, type TaskOutput } from "./Tasks.ts"

/** Milliseconds to wait for a thread that has taken an item: one that has died, of too little memory say, sends nothing. */
const PATIENCE = 60_000
/** More threads than this would wait for memory rather than work. */
const MOST_THREADS = 4

/** As many threads as work of so many seconds is worth, this one among them: one takes a third of a second to start. */
export const threadsFor = (seconds: number): number => seconds < 1 ? 1 : Math.min(MOST_THREADS, availableParallelism())

const helpers = helperThreads(() => startWorker("threads/TaskThread", {}))

/**
 * Does the items of an input, in this thread and in others, each taking the next when it is done with one. Returns when all
 * are done: a thread that is still starting is not waited for, and what one has taken but does not send back is done here.
 * The outputs are the same whatever the number of threads. Throws what an item throws.
 *
 * @param items how many there are
 * @param threads at most, this one among them
 * @param patience milliseconds to wait for the next item of another thread
 * @returns outputs in the order of items
 */
export const runTasks = <Name extends TaskName>(
  name: Name,
  input: TaskInput<Name>,
  items: number,
  threads: number,
  patience: number = PATIENCE
): ReadonlyArray<TaskOutput<Name>> => {
  const counters = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  const ports = helpers(Math.max(0, Math.min(threads, items) - 1)).map((worker) => {
    const { port1, port2 } = new MessageChannel()
    const message: TaskMessage = { name, input, items, counters, outputs: port2 }
    worker.postMessage(message, [port2])
    return port1
  })
  const outputs = new Map<number, TaskOutput<Name>>()
  try {
    for (let i = Atomics.add(counters, NEXT, 1); i < items; i = Atomics.add(counters, NEXT, 1)) {
      outputs.set(i, runItem(name, input, i))
    }
    const own = outputs.size
    for (let done = Atomics.load(counters, DONE); own + done < items; done = Atomics.load(counters, DONE)) {
      if (Atomics.wait(counters, DONE, done, patience) === "timed-out") break
    }
    for (const port of ports) {
      for (let found = receiveMessageOnPort(port); found !== undefined; found = receiveMessageOnPort(port)) {
        const message = found.message as ItemMessage
        if ("error" in message) throw message.error
        outputs.set(message.i, message.output as TaskOutput<Name>)
      }
    }
  } finally {
    // Where an item has failed, the threads need not take the others.
    Atomics.store(counters, NEXT, items)
    for (const port of ports) port.close()
  }
  return Array.from({ length: items }, (_, i) => outputs.has(i) ? outputs.get(i)! : runItem(name, input, i))
}
