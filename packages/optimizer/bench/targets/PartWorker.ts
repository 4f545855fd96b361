// Measures parts of targets, one message each, in a worker thread of the runner.
import { parentPort } from "node:worker_threads"
import { targets } from "./Targets.ts"

parentPort!.on("message", async ({ name, part }: { readonly name: string; readonly part: unknown }) => {
  const target = targets.find((target) => target.name === name)!
  parentPort!.postMessage({ result: await target.measure(part) }, [])
})
