import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { findConfig, loadConfig } from "../src/Configuration.ts"
import { folder } from "./Spillway.ts"

const CONFIG = `providers:
  local: { protocol: openai, base_url: "http://127.0.0.1:1/v1" }
tiers:
  - { name: small, provider: local, model: small }
`

/** Text of a configuration that is wrong, and the message without the path. */
const cases: Record<string, readonly [text: string, message: RegExp]> = {
  "an empty file": ["", /^: the file is empty\. /],
  "prose": ["hello", /^: not a list of fields with their values\. /],
  "no tiers": ["providers: {}\n", /^: tiers: is missing\. See docs\/configuration\.md/],
  "an empty list of tiers": [
    CONFIG.replace(/tiers:\n.*\n/, "tiers: []\n"),
    /^:3: tiers: expected a value with a length of at least 1/
  ],
  "a misspelt field": [CONFIG.replace("model: small", "modell: small"), /^:4: tiers\[0\]\./],
  "an unknown field": [`${CONFIG}objektive: 1\n`, /^:5: objektive: there is no such field here/],
  "a missing field of a price": [
    CONFIG.replace("model: small", "model: small, price: { input_usd_per_mtok: 1 }"),
    /^:4: tiers\[0\]\.price\.output_usd_per_mtok: is missing/
  ],
  "a number out of range": [
    `${CONFIG}objective: { floor: 98, confidence: 0.9 }\n`,
    /^:5: objective\.floor: expected a value between 0 and 1, got 98\. /
  ],
  "a protocol that is not spoken": [CONFIG.replace("protocol: openai", "protocol: soap"), /^:2: .*expected "openai"/],
  "an address without http": [
    CONFIG.replace("http:", "ftp:"),
    /^:2: providers\.local\.base_url: not an http or https address\. Write one like https:/
  ],
  "a grader of an unknown type": [
    `${CONFIG}graders: { tasks: { a.b: { type: fuzzy } } }\n`,
    /^:5: graders\.tasks\.a\.b: no grader is of type "fuzzy"\. Types: exact, normalized, numeric, .*command/
  ],
  "a grader without a type": [`${CONFIG}graders: { default: {} }\n`, /^:5: graders\.default: a grader has no type\. /],
  "a wrong setting of a grader": [
    `${CONFIG}graders: { default: { type: numeric, tolerance: 1 } }\n`,
    /^:5: graders\.default\.tolerance: there is no such field here/
  ],
  "a tier of an unknown provider": [
    CONFIG.replace("provider: local", "provider: lokal"),
    /^:4: tiers\[0\]\.provider: no provider is named "lokal"\. Known providers: local$/
  ],
  "two tiers of one name": [
    `${CONFIG}  - { name: small, provider: local, model: b }\n`,
    /^:5: tiers\[1\]\.name: two tiers/
  ],
  "embeddings without a model": [
    `${CONFIG}embeddings: { provider: local }\n`,
    /^:5: embeddings: it does not name one model\. Give either `local`, or `provider` and `model`$/
  ],
  "embeddings of two models": [`${CONFIG}embeddings: { local: a, provider: local, model: b }\n`, /^:5: embeddings: it/],
  "embeddings of an unknown provider": [
    `${CONFIG}embeddings: { provider: lokal, model: b }\n`,
    /^:5: embeddings\.provider: no provider is named "lokal"\. Known providers: local$/
  ],
  "embeddings of no characters": [
    `${CONFIG}embeddings: { local: a, max_chars: 0 }\n`,
    /^:5: embeddings\.max_chars: expected a value greater than or equal to 1, got 0/
  ],
  "an unknown flagship": [
    `${CONFIG}flagship: large\n`,
    /^:5: flagship: no tier is named "large"\. Known tiers: small$/
  ],
  "tabs": ["providers:\n\tlocal: x\n", /^:2: Tabs are not allowed as indentation\. Correct the YAML$/],
  "an open bracket": ["tiers: [\n", /^:\d: .*Correct the YAML$/]
}

describe("loadConfig", () => {
  it.effect("reads a configuration that is right", () =>
    Effect.gen(function*() {
      const path = join(folder(), "spillway.yaml")
      writeFileSync(path, CONFIG)
      const loaded = yield* loadConfig(path, true)
      assert.strictEqual(loaded?.path, path)
      assert.deepStrictEqual(loaded?.config.tiers, [{ name: "small", provider: "local", model: "small" }])
    }))

  for (const [name, [text, message]] of Object.entries(cases)) {
    it.effect(`names file, line, field and mend: ${name}`, () =>
      Effect.gen(function*() {
        const path = join(folder(), "spillway.yaml")
        writeFileSync(path, text)
        const error = yield* Effect.flip(loadConfig(path, true))
        assert.isTrue(error.message.startsWith(path), error.message)
        assert.match(error.message.slice(path.length), message)
      }))
  }

  it.effect("never repeats text of a wrong field, which may be a key", () =>
    Effect.gen(function*() {
      const path = join(folder(), "spillway.yaml")
      for (const field of ["api_key", "concurrency"]) {
        writeFileSync(path, CONFIG.replace("protocol: openai", `protocol: openai, ${field}: sk-verysecret`))
        const error = yield* Effect.flip(loadConfig(path, true))
        assert.include(error.message, `providers.local.${field}`)
        assert.notInclude(error.message, "verysecret")
      }
    }))

  it.effect("is optional where a command can do without, but not where it cannot be read", () =>
    Effect.gen(function*() {
      assert.isUndefined(yield* loadConfig(join(folder(), "spillway.yaml"), false))
      const missing = yield* Effect.flip(loadConfig(join(folder(), "spillway.yaml"), true))
      assert.match(missing.message, /no such configuration\. Run "spillway init"/)
      assert.match((yield* Effect.flip(loadConfig(folder(), false))).message, /is a folder\. .*--config/)
    }))

  it.effect("is not optional where --config names it", () =>
    Effect.gen(function*() {
      const missing = yield* Effect.flip(findConfig(Option.some(join(folder(), "nothere.yaml"))))
      assert.match(missing.message, /nothere\.yaml: no such configuration\. .*--config/)
    }))
})
