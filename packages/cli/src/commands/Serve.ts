import { serve } from "@spillway/proxy"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { besideConfig, requireConfig } from "../Configuration.ts"
import { configFlag, portFlag } from "../Flags.ts"
import { tableFlag, tablePath } from "../TableFile.ts"
import { untilStopped } from "../UntilStopped.ts"

export const serveCommand = Command.make(
  "serve",
  {
    config: configFlag,
    table: tableFlag("table", "Routing table"),
    host: Flag.String("host").pipe(Flag.withDescription("Address to listen on (default: 127.0.0.1)"), Flag.optional),
    port: portFlag.pipe(Flag.withDescription("Port (default: 8787; 0 takes a free one)"), Flag.optional),
    logs: Flag.String("logs").pipe(Flag.withDescription("Directory of the request log (default: logs)"), Flag.optional)
  },
  Effect.fnUntraced(function*(flags) {
    const loaded = yield* requireConfig(flags.config)
    const running = yield* serve({
      config: loaded.config,
      source: loaded.path,
      table: tablePath(flags.table, loaded),
      logs: Option.getOrElse(flags.logs, () => besideConfig(loaded, loaded.config.proxy?.logs ?? "logs")),
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
