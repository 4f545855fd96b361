import { extname } from "node:path"
import { Worker, type WorkerOptions } from "node:worker_threads"

/**
 * Starts a thread from a file of this package: source where this file is source, else what was built of it.
 *
 * @param path of the file from `src`, without its extension
 */
export const startWorker = (path: string, options: WorkerOptions): Worker => {
  const extension = extname(import.meta.url)
  return new Worker(new URL(`../${path}${extension}`, import.meta.url), {
    ...options,
    // Where this is source, so must be the packages that the thread imports; it does not inherit how they are resolved.
    execArgv: extension === ".ts" ? ["--conditions=@spillway/source"] : []
  })
}
