import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { serve } from "../src/index.ts"
import { configFor } from "./tables.ts"

// A proxy in a process of its own, for tests that kill it: node killedProxy.ts <upstream> <table> <logs>
const [upstream, table, logs] = process.argv.slice(2) as [string, string, string]

const program = Effect.gen(function*() {
  const proxy = yield* serve({ config: configFor(upstream), source: "test", table, logs, port: 0, env: {} })
  yield* Console.log(proxy.url)
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.scoped(program), { teardown: (_exit, onExit) => onExit(0) })
