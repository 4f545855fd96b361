import { assert, describe, it } from "vitest"
import { folder, serving } from "./Spillway.ts"

describe("a command that serves", () => {
  it("ends with exit code 0 on SIGTERM", async () => {
    const { stop } = await serving(["simulate", "--port", "0"], folder())
    assert.strictEqual(await stop(), 0)
  })
})
