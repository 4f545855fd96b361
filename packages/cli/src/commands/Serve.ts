import { serve } from "@spillway/proxy"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { dirname, resolve } from "node:path"
import { loadConfig } from "../Configuration.ts"
import { configFlag, portFlag } from "../Flags.ts"
import { untilStopped } from "../UntilStopped.ts"

export const serveCommand = Command.make(
  "serve",
  {
    config: configFlag,
    table: Flag.String("table").pipe(
      Flag.withDescription("Routing table (default: the configuration's, else routing-table.json)"),
      Flag.optional
    ),
    host: Flag.String("host").pipe(Flag.withDescription("Address to listen on (default: 127.0.0.1)"), Flag.optional),
    port: portFlag.pipe(Flag.withDescription("Port (default: 8787; 0 takes a free one)"), Flag.optional),
    logs: Flag.String("logs").pipe(Flag.withDescription("Directory of the request log (default: logs)"), Flag.optional)
  },
  Effect.fnUntraced(function*(flags) {
    const loaded = (yield* loadConfig(flags.config, true))!
    const beside = (path: string) => resolve(dirname(loaded.path), path)
    const { proxy } = loaded.config
    const running = yield* serve({
      config: loaded.config,
      source: loaded.path,
      table: Option.getOrElse(flags.table, () => beside(proxy?.table ?? "routing-table.json")),
      logs: Option.getOrElse(flags.logs, () => beside(proxy?.logs ?? "logs")),
      host: Option.getOrUndefined(flags.host),
      port: Option.getOrUndefined(flags.port),
      env: process.env
    })
    yield* Console.log(
      `Spillway serves ${running.url} (model "spillway"). Stop with Ctrl-C: requests under way finish.`
    )
    return yield* untilStopped
  }, Effect.scoped)
).pipe(Command.withDescription("Serve the routing table over the OpenAI protocol"))
