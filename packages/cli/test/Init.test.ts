import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { loadConfig } from "../src/Configuration.ts"
import { folder, spillway } from "./Spillway.ts"

describe("spillway init", () => {
  it.live("writes a configuration that loads, in a folder that it makes, and again only with --force", () =>
    Effect.gen(function*() {
      const cwd = folder()
      const path = join(cwd, "deep/own.yaml")
      const init = (...args: ReadonlyArray<string>) =>
        Effect.promise(() => spillway(["init", "--out", "deep/own.yaml", ...args], cwd))
      const { code, stdout } = yield* init()
      assert.strictEqual(code, 0)
      assert.match(stdout, /^Wrote deep\/own\.yaml\. .*spillway import/)
      const { config } = (yield* loadConfig(path, true))!
      assert.deepStrictEqual(config.tiers.map(({ name }) => name), ["economy", "standard", "flagship"])
      assert.isTrue(config.tiers.every(({ price }) => price !== undefined))
      assert.strictEqual(config.providers["openai"]?.api_key_env, "OPENAI_API_KEY")
      assert.deepInclude(config.objective!, { floor: 0.98, confidence: 0.95 })

      const again = yield* init("--simulated")
      assert.strictEqual(again.code, 1)
      assert.match(again.stderr, /deep\/own\.yaml: exists already.*--force/)
      assert.strictEqual((yield* init("--simulated", "--force")).code, 0)
      const simulated = (yield* loadConfig(path, true))!.config
      assert.deepStrictEqual(Object.keys(simulated.providers), ["simulated"])
      assert.strictEqual(simulated.graders?.tasks?.["policy.qa"]?.type, "choice")
      assert.match(readFileSync(path, "utf8"), /^# .*spillway simulate/)
    }))
})
