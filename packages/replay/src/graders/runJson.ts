import { Failure } from "@spillway/domain"
import { Effect } from "effect"
import { spawn } from "node:child_process"

const MAX_OUTPUT_BYTES = 1 << 20

/** Values of environment variables whose names say that they are secret, longest first. */
const secrets = (): ReadonlyArray<string> =>
  Object.entries(process.env)
    .filter(([name, value]) => /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH/i.test(name) && (value?.length ?? 0) >= 6)
    .map(([, value]) => value!)
    .toSorted((a, b) => b.length - a.length)

/** `text` with the environment's secrets replaced by `***`. */
export const redact = (text: string): string => secrets().reduce((text, secret) => text.replaceAll(secret, "***"), text)

/**
 * Runs a program of the user's own, without a shell, in the current directory and environment: `input` as one line of
 * JSON on its standard input, JSON back on its standard output. It and what it started are killed after `timeoutMs`.
 */
export const runJson = (
  command: ReadonlyArray<string>,
  input: unknown,
  timeoutMs: number
): Effect.Effect<unknown, Failure> =>
  Effect.callback<unknown, Failure>((resume) => {
    const fail = (problem: string, mend?: string) =>
      resume(Effect.fail(
        new Failure({
          doing: redact(`grading with the command ${JSON.stringify(command.join(" "))}`),
          problem: redact(problem),
          ...(mend === undefined ? {} : { mend })
        })
      ))
    // A group of its own, so that what the program started ends with it.
    const child = spawn(command[0]!, command.slice(1), { detached: true, stdio: ["pipe", "pipe", "pipe"] })
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      } catch {
        // Already gone.
      }
    }
    const timer = setTimeout(() => {
      kill()
      fail(`took over ${timeoutMs} ms`, "Make it faster or set `timeout_ms` of the grader")
    }, timeoutMs)
    const out: Array<Buffer> = []
    const err: Array<Buffer> = []
    let size = 0
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_OUTPUT_BYTES) return void out.push(chunk)
      kill()
      fail("wrote over 1 MB to standard output", "It has to write one JSON object: {\"quality\": 0..1}")
    })
    child.stderr.on("data", (chunk: Buffer) => {
      if (err.length < 16) err.push(chunk)
    })
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      fail(
        error.code === "ENOENT" ? `there is no program ${JSON.stringify(command[0])}` : error.message,
        "Name an executable file, with its path where it is not on PATH"
      )
    })
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      if (code !== 0) {
        const said = Buffer.concat(err).toString().trim().split("\n").at(-1)!.slice(0, 200)
        return fail(`${code === null ? `ended by ${signal}` : `exit code ${code}`}${said === "" ? "" : `: ${said}`}`)
      }
      const text = Buffer.concat(out).toString()
      try {
        resume(Effect.succeed(JSON.parse(text) as unknown))
      } catch {
        fail(
          `wrote no JSON but ${JSON.stringify(text.trim().slice(0, 80))}`,
          "It has to write one JSON object: {\"quality\": 0..1}"
        )
      }
    })
    // A program may answer without reading its input.
    child.stdin.on("error", () => undefined)
    child.stdin.end(`${JSON.stringify(input)}\n`)
    return Effect.sync(() => {
      clearTimeout(timer)
      kill()
    })
  })
