import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../bin/spillway.mjs", import.meta.url))

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
