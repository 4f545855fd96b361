import { layer } from "@spillway/store"
import { Effect, Layer } from "effect"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { folder, spillway } from "./Spillway.ts"

const CONFIG = `providers:
  local: { protocol: openai, base_url: "http://127.0.0.1:1/v1" }
tiers:
  - { name: small, provider: local, model: small }
`

interface Case {
  readonly args: ReadonlyArray<string>
  readonly files?: Readonly<Record<string, string>>
  /** Whether there is a database, with nothing in it. */
  readonly database?: true
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
  "a tier that is not configured": {
    args: ["replay", "--tiers", "small,large"],
    files: { "spillway.yaml": CONFIG },
    code: 2,
    message: /--tiers: no tier is named "large"\. Known tiers: small/
  },
  "a configuration that --config names and that is not there": {
    args: ["optimize", "--config", "nothere.yaml"],
    database: true,
    code: 1,
    message: /nothere\.yaml: no such configuration/
  },
  "a configuration that -c names and that is not there": {
    args: ["import", "-c", "nothere.yaml", "log.jsonl"],
    files: { "log.jsonl": "" },
    code: 1,
    message: /nothere\.yaml: no such configuration/
  },
  "nothing to replay": {
    args: ["replay"],
    files: { "spillway.yaml": CONFIG },
    database: true,
    code: 1,
    message: /it holds no requests\. Run "spillway import FILE\.\.\." first/
  },
  "a condition that is no SQL": {
    args: ["replay", "--where", "task = ("],
    files: { "spillway.yaml": CONFIG },
    database: true,
    code: 2,
    message: /--where: syntax error .*Give one SQL condition/
  },
  "a port that does not exist": {
    args: ["simulate", "--port", "70000"],
    code: 2,
    message: /from 0 to 65535, got 70000/
  },
  "a fault that does not exist": {
    args: ["simulate", "--fault", "fire@0.1"],
    code: 2,
    message: /--fault: no fault named "fire"; there are 429/
  },
  "a folder that no demo wrote": {
    args: ["demo", "--dir", "."],
    files: { "thesis.md": "years of work" },
    code: 2,
    message: /holds files that no demo wrote.*--dir/
  },
  "a demo where no folder can be made": {
    args: ["demo", "--dir", "thesis.md/demo"],
    files: { "thesis.md": "years of work" },
    code: 1,
    message: /writing .*thesis\.md\/demo: ENOTDIR.*Check the folder and its rights/
  },
  "a folder in place of a table": { args: ["optimize", "--out", "."], code: 2, message: /--out: \. is a folder/ },
  "a folder in place of a report": { args: ["report", "--out", "."], code: 2, message: /--out: \. is a folder/ },
  "--plan-out without --plan": {
    args: ["optimize", "--plan-out", "p.jsonl"],
    code: 2,
    message: /--plan-out: belongs to --plan\. Add --plan, or/
  },
  "--requests-per-month without --monthly-budget": {
    args: ["optimize", "--requests-per-month", "1000"],
    code: 2,
    message: /--requests-per-month: belongs to --monthly-budget/
  },
  "--served-by without --logged": {
    args: ["evaluate", "--served-by", "old.json"],
    code: 2,
    message: /--served-by: belongs to --logged/
  },
  "nothing to explain": { args: ["explain"], code: 2, message: /nothing to explain.*--text/ },
  "a log of an unknown format": {
    args: ["import", "log.jsonl"],
    files: { "log.jsonl": "{\"prompt\": 1}\n" },
    code: 1,
    message: /log\.jsonl:1: no known log format has the fields prompt\. A record needs messages .*docs\/import\.md/
  },
  "a file that is not there": { args: ["import", "nothere.jsonl"], code: 1, message: /nothere\.jsonl/ },
  "an empty database": {
    args: ["optimize"],
    database: true,
    code: 1,
    message: /it holds no requests\. Run "spillway import FILE\.\.\." first/
  },
  "no database to optimize": {
    args: ["optimize"],
    code: 1,
    message: /spillway\.duckdb: no such database\. Run `spillway import`/
  },
  "no database to grade": {
    args: ["grade", "--db", "mistyped.duckdb"],
    files: { "spillway.yaml": CONFIG },
    code: 1,
    message: /mistyped\.duckdb: no such database\. Run `spillway import`/
  },
  "no database to replay": {
    args: ["replay", "--dry-run", "--db", "mistyped.duckdb"],
    files: { "spillway.yaml": CONFIG },
    code: 1,
    message: /mistyped\.duckdb: no such database\. Run `spillway import`/
  },
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

describe.concurrent("bad input", () => {
  for (const [name, { args, code, database, files, message }] of Object.entries(cases)) {
    it(`gets one clear error: ${name}`, async () => {
      const cwd = folder()
      for (const [file, text] of Object.entries(files ?? {})) writeFileSync(join(cwd, file), text)
      if (database) await Effect.runPromise(Effect.scoped(Layer.build(layer(join(cwd, "spillway.duckdb")))))
      const before = readdirSync(cwd)
      const result = await spillway(args, cwd)
      assert.strictEqual(result.code, code, result.stderr + result.stdout)
      assert.match(result.stderr, message)
      assert.notMatch(result.stderr, /\n\s+at .*\(/, "a stack trace")
      const made = (file: string) => args[0] === "import" && file.startsWith("spillway.duckdb")
      const left = readdirSync(cwd).filter((file) => !before.includes(file) && !made(file))
      assert.deepStrictEqual(left, [])
      for (const [file, text] of Object.entries(files ?? {})) {
        assert.strictEqual(readFileSync(join(cwd, file), "utf8"), text, `${file} was changed`)
      }
    })
  }
})
