import { Failure } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../bin/spillway.mjs", import.meta.url))

const start = (args: ReadonlyArray<string>, cwd: string, stdout: "inherit" | "pipe"): ChildProcess =>
  spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", stdout, "inherit"] })

/** Runs `spillway ARGS` in a folder, its output on ours; fails where it does. */
export const runSpillway = Effect.fnUntraced(function*(
  args: ReadonlyArray<string>,
  cwd: string
): Effect.fn.Return<void, Failure> {
  const code = yield* Effect.promise(async () => {
    const child = start(args, cwd, "inherit")
    const [exit] = await once(child, "exit")
    return exit as number | null
  })
  if (code !== 0) {
    return yield* new Failure({
      doing: `spillway ${args[0]}`,
      problem: `ended with exit code ${code}`,
      mend: "See its message above"
    })
  }
})

/** Starts `spillway ARGS` that serves until the scope closes; returns the address it prints. */
export const startSpillway = Effect.fnUntraced(function*(
  args: ReadonlyArray<string>,
  cwd: string
): Effect.fn.Return<string, Failure, Scope.Scope> {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => start(args, cwd, "pipe")),
    (child) =>
      Effect.promise(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, "exit")
        child.kill("SIGTERM")
        await gone
      })
  )
  const url = yield* Effect.promise(() =>
    new Promise<string | undefined>((resolve) => {
      let text = ""
      child.stdout!.on("data", (bytes: Buffer) => {
        text += bytes.toString()
        const found = /http:\/\/[\d.]+:\d+\/v1/.exec(text)
        if (found !== null) resolve(found[0])
      })
      child.once("exit", () => resolve(undefined))
    })
  )
  if (url !== undefined) return url
  return yield* new Failure({
    doing: `spillway ${args[0]}`,
    problem: "ended before it listened",
    mend: "See its message above"
  })
})
