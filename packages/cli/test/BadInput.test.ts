import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { spillway } from "./Spillway.ts"

const folder = () => mkdtempSync(join(tmpdir(), "spillway-cli-"))

const CONFIG = `providers:
  local: { protocol: openai, base_url: "http://127.0.0.1:1/v1" }
tiers:
  - { name: small, provider: local, model: small }
`

interface Case {
  readonly args: ReadonlyArray<string>
  readonly files?: Readonly<Record<string, string>>
  readonly code: number
  readonly message: RegExp
}

const cases: Record<string, Case> = {
  "an unknown command": { args: ["fly"], code: 2, message: /Unknown subcommand "fly"/ },
  "an unknown flag": { args: ["grade", "--sped"], code: 2, message: /--sped/ },
  "a floor that is no share": {
    args: ["optimize", "--floor", "3"],
    code: 2,
    message: /--floor: 3 is not between 0 and 1/
  },
  "a missing configuration": {
    args: ["replay"],
    code: 1,
    message: /spillway\.yaml: no such configuration.*spillway init/
  },
  "broken YAML": {
    args: ["replay"],
    files: { "spillway.yaml": "tiers: [\n" },
    code: 1,
    message: /spillway\.yaml:\d+: .*Correct the YAML/
  },
  "a tier of an unknown provider": {
    args: ["replay"],
    files: { "spillway.yaml": CONFIG.replace("provider: local", "provider: lokal") },
    code: 1,
    message: /spillway\.yaml:4: tiers\[0\]\.provider: no provider is named "lokal"\. Known providers: local/
  },
  "a misspelt field": {
    args: ["replay"],
    files: { "spillway.yaml": CONFIG.replace("model: small", "modell: small") },
    code: 1,
    message: /spillway\.yaml:4: tiers\[0\]/
  },
  "a file that is not there": { args: ["import", "nothere.jsonl"], code: 1, message: /nothere\.jsonl/ },
  "an empty database": { args: ["optimize"], code: 1, message: /no request is selected.*spillway import/ },
  "a table that is no table": {
    args: ["report", "--table", "table.json"],
    files: { "table.json": "{\"format\": \"other\"}" },
    code: 1,
    message: /table\.json: .*spillway optimize/
  },
  "a configuration that init would write over": {
    args: ["init"],
    files: { "spillway.yaml": CONFIG },
    code: 1,
    message: /spillway\.yaml: exists already.*--force/
  }
}

describe("bad input", () => {
  for (const [name, { args, code, files, message }] of Object.entries(cases)) {
    it(`gets one clear error: ${name}`, async () => {
      const cwd = folder()
      mkdirSync(cwd, { recursive: true })
      for (const [file, text] of Object.entries(files ?? {})) writeFileSync(join(cwd, file), text)
      const before = readdirSync(cwd)
      const result = await spillway(args, cwd)
      assert.strictEqual(result.code, code, result.stderr + result.stdout)
      assert.match(result.stderr, message)
      assert.notMatch(result.stderr, /\n\s+at .*\(/, "a stack trace")
      const left = readdirSync(cwd).filter((file) => !before.includes(file) && !file.startsWith("spillway.duckdb"))
      assert.deepStrictEqual(left, [])
    })
  }
})
