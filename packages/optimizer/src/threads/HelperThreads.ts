import type { Worker } from "node:worker_threads"

/**
 * Threads that are started where as many are asked for, and wait between two uses without keeping the process alive. One that
 * dies, of too little memory say, is forgotten and another started in its place: an error that nobody listens to would end
 * the process with it.
 */
export const helperThreads = (start: () => Worker): (count: number) => ReadonlyArray<Worker> => {
  const started = new Set<Worker>()
  return (count) => {
    while (started.size < count) {
      const worker = start()
      const forget = () => started.delete(worker)
      worker.on("error", forget).on("exit", forget).unref()
      started.add(worker)
    }
    return Array.from(started).slice(0, count)
  }
}
