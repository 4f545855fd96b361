// Not the index, which loads every service of the platform: a quarter of a second at each start.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { BadInput, Failure } from "@spillway/domain"
import { Cause, Effect, Exit } from "effect"
import { CliError, Command } from "effect/cli"
import { demoCommand } from "./commands/Demo.ts"
import { embedCommand } from "./commands/Embed.ts"
import { evaluateCommand } from "./commands/Evaluate.ts"
import { explainCommand } from "./commands/Explain.ts"
import { gradeCommand } from "./commands/Grade.ts"
import { importCommand } from "./commands/Import.ts"
import { initCommand } from "./commands/Init.ts"
import { optimizeCommand } from "./commands/Optimize.ts"
import { replayCommand } from "./commands/Replay.ts"
import { reportCommand } from "./commands/Report.ts"
import { serveCommand } from "./commands/Serve.ts"
import { simulateCommand } from "./commands/Simulate.ts"
import { VERSION } from "./Version.ts"

const root = Command.make("spillway").pipe(
  Command.withDescription(
    "Find the cheapest way to answer your LLM traffic at flagship quality, prove it, and serve it"
  ),
  Command.withSubcommands([
    initCommand,
    importCommand,
    replayCommand,
    gradeCommand,
    embedCommand,
    optimizeCommand,
    evaluateCommand,
    reportCommand,
    serveCommand,
    explainCommand,
    simulateCommand,
    demoCommand
  ])
)

/** Runs the command with its arguments; fails with what went wrong, usage errors already printed with the help. */
export const run = Command.runWith(root, { version: VERSION })

/** Exit code, and the line for standard error where the command has not printed one: 2 for usage, 1 for failure. */
const verdict = (exit: Exit.Exit<void, unknown>): { readonly code: number; readonly line?: string } => {
  if (Exit.isSuccess(exit)) return { code: 0 }
  // Commands that serve set their exit code beforehand: to be stopped is how they end.
  if (Cause.hasInterruptsOnly(exit.cause)) return { code: process.exitCode === 0 ? 0 : 130 }
  const error = Cause.squash(exit.cause)
  if (error instanceof BadInput) return { code: error.usage === true ? 2 : 1, line: error.message }
  if (error instanceof Failure) return { code: 1, line: error.message }
  if (CliError.isCliError(error)) return { code: 2 }
  const detail = error instanceof Error ? error.message : String(error)
  const trace = process.env["SPILLWAY_DEBUG"] === undefined ? "" : `\n${Cause.pretty(exit.cause)}`
  return { code: 1, line: `internal error: ${detail}. Set SPILLWAY_DEBUG=1 to see where${trace}` }
}

/** Entry point of the `spillway` command. */
export const main = (): void =>
  NodeRuntime.runMain(run(process.argv.slice(2)).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), {
    disableErrorReporting: true,
    teardown: (exit, onExit) => {
      const { code, line } = verdict(exit as Exit.Exit<void, unknown>)
      if (line !== undefined) process.stderr.write(`spillway: ${line}\n`)
      onExit(code)
    }
  })
