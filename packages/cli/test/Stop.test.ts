import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const bin = fileURLToPath(new URL("../bin/spillway.mjs", import.meta.url))

describe("a command that serves", () => {
  it("ends with exit code 0 on SIGTERM", async () => {
    const child = spawn(process.execPath, [bin, "simulate", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })
    await once(child.stdout, "data")
    child.kill("SIGTERM")
    const [code] = await once(child, "exit")
    assert.strictEqual(code, 0)
  })
})
