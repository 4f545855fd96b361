import { Console, Effect } from "effect"
import { makeProxyMetrics } from "../src/ProxyMetrics.ts"
import { DEFAULT_SEGMENT_LIMITS, makeSegmentLog } from "../src/SegmentLog.ts"

// Appends records until one does not fit, then says how many did and why: node fullDisk.ts <directory>
const program = Effect.gen(function*() {
  const log = yield* makeSegmentLog(process.argv[2]!, DEFAULT_SEGMENT_LIMITS, makeProxyMetrics())
  let written = 0
  while (yield* log.append(JSON.stringify({ written, text: "x".repeat(300) }))) written += 1
  yield* Console.log(`${written} ${log.problem}`)
})

void Effect.runPromise(Effect.scoped(program))
