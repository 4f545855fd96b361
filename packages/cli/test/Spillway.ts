import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../bin/spillway.mjs", import.meta.url))

/** A new, empty folder. */
export const folder = (): string => mkdtempSync(join(tmpdir(), "spillway-cli-"))

/** What the command printed and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the `spillway` command as a user would, in a folder. */
export const spillway = async (args: ReadonlyArray<string>, cwd: string): Promise<Ended> => {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] })
  let stdout = "", stderr = ""
  child.stdout.on("data", (bytes: Buffer) => stdout += bytes.toString())
  child.stderr.on("data", (bytes: Buffer) => stderr += bytes.toString())
  const [code] = await once(child, "close")
  return { code: code as number | null, stdout, stderr }
}

/** A `spillway` command that serves. */
export interface Serving {
  /** What it printed when it was ready. */
  readonly said: string
  /** The address in it. */
  readonly url: string
  /** Ends it with SIGTERM; gives its exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts `spillway ARGS` and waits until it serves; fails where it ends before. */
export const serving = async (args: ReadonlyArray<string>, cwd: string): Promise<Serving> => {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] })
  let stderr = ""
  child.stderr.on("data", (bytes: Buffer) => stderr += bytes.toString())
  const ended = once(child, "exit")
  const said = await Promise.race([
    once(child.stdout, "data").then(([bytes]) => String(bytes)),
    ended.then(() => Promise.reject(new Error(`spillway ${args.join(" ")} ended: ${stderr}`)))
  ])
  return {
    said,
    url: /http:\/\/[\d.]+:\d+\/v1/.exec(said)![0],
    stop: async () => {
      child.kill("SIGTERM")
      const [code] = await ended
      return code as number | null
    }
  }
}
