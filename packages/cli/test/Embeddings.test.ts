import type { RoutingTable } from "@spillway/domain"
import { hash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { folder, serving, spillway } from "./Spillway.ts"

const REQUESTS = 500
const KEY = "sk-embedding-secret"
const cwd = folder()

const textOf = (i: number) => `Look up the part ${hash("sha256", String(i)).slice(0, 12)}.`

/** Numbers in [-.5, .5) that nothing but the whole text tells. */
const drawn = (model: string, text: string) =>
  Array.from(Buffer.from(hash("sha256", `${model} ${text}`), "hex").subarray(0, 8), (byte) => byte / 256 - 0.5)

/** The small tier is wrong on these. */
const isHard = (text: string) => drawn("telling", text)[0]! > 0.1

/** A provider of both kinds: the model `telling` knows what is hard, `noise` does not; every chat model says yes. */
const provider = () => {
  const state = { down: false, embedded: 0, keys: new Set<string | undefined>() }
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString())
      const send = (status: number, json: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json))
      if (request.url !== "/v1/embeddings") {
        return send(200, {
          object: "chat.completion",
          model: body.model,
          choices: [{ index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
          usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 }
        })
      }
      state.keys.add(request.headers.authorization)
      if (state.down) return send(500, { error: { message: "down" } })
      state.embedded += body.input.length
      send(200, {
        data: body.input.map((text: string, index: number) => ({ index, embedding: drawn(body.model, text) })),
        usage: { prompt_tokens: 10 * body.input.length }
      })
    })
  })
  return { server, state }
}

const writeTraffic = () => {
  const asked: Array<string> = [], answered: Array<string> = []
  for (let i = 0; i < REQUESTS; i++) {
    const request_id = `r${String(i).padStart(4, "0")}`
    asked.push(JSON.stringify({ request_id, task: "parts", messages: [{ role: "user", content: textOf(i) }] }))
    const outcome = (model: string, quality: number, cost_usd: number) =>
      JSON.stringify({ request_id, model, quality, cost_usd, latency_ms: 100, output: "yes" })
    answered.push(outcome("small", isHard(textOf(i)) ? 0 : 1, 0.0001), outcome("large", 1, 0.001))
  }
  writeFileSync(join(cwd, "requests.jsonl"), `${asked.join("\n")}\n`)
  writeFileSync(join(cwd, "outcomes.jsonl"), `${answered.join("\n")}\n`)
}

const writeConfig = (name: string, url: string, embeddings: string) =>
  writeFileSync(
    join(cwd, name),
    `providers:
  chat: { protocol: openai, base_url: "${url}" }
  vectors: { protocol: openai, base_url: "${url}", api_key_env: EMBEDDING_KEY, max_retries: 0 }
tiers:
  - { name: small, provider: chat, model: small, price: { input_usd_per_mtok: 1, output_usd_per_mtok: 1 } }
  - { name: large, provider: chat, model: large, price: { input_usd_per_mtok: 10, output_usd_per_mtok: 10 } }
${embeddings}`
  )

const run = async (...args: ReadonlyArray<string>) => {
  const ended = await spillway(args, cwd)
  assert.notInclude(ended.stdout + ended.stderr, KEY)
  return ended
}

const json = async <A>(...args: ReadonlyArray<string>): Promise<A> => {
  const { code, stderr, stdout } = await run(...args, "--json")
  assert.strictEqual(code, 0, stderr)
  return JSON.parse(stdout) as A
}

interface Optimized {
  readonly warnings: ReadonlyArray<string>
  readonly embedding?: { readonly kept: boolean; readonly requests: number; readonly without_vector: number }
}

interface Explained {
  readonly embedding: { readonly model: string; readonly from: string } | null
  readonly tiers: ReadonlyArray<{ readonly contributions: ReadonlyArray<{ readonly feature: string }> }>
  readonly plans: ReadonlyArray<{ readonly entry: string }>
}

const optimize = (config: string, out: string) =>
  json<Optimized>("optimize", "--config", config, "--policy", "route", "--floor", "0.9", "--out", out)

const tableIn = (file: string) => JSON.parse(readFileSync(join(cwd, file), "utf8")) as RoutingTable

describe("embeddings", () => {
  const { server, state } = provider()

  beforeAll(async () => {
    process.env["EMBEDDING_KEY"] = KEY
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    writeTraffic()
    writeConfig("plain.yaml", url, "")
    const model = (name: string) =>
      `embeddings: { provider: vectors, model: ${name}, timeout_ms: 10000, price: { input_usd_per_mtok: 1 } }\n`
    writeConfig("telling.yaml", url, model("telling"))
    writeConfig("noise.yaml", url, model("noise"))
    writeConfig("local.yaml", url, "embeddings: { local: some/model }\n")
    const { code, stderr } = await run("import", "requests.jsonl", "outcomes.jsonl", "--config", "plain.yaml")
    assert.strictEqual(code, 0, stderr)
    await optimize("plain.yaml", "plain.json")
  }, 120_000)

  afterAll(() => closeAll(server))

  it("are made once, resumably, and counted in US dollars", async () => {
    const none = await optimize("telling.yaml", "none.json")
    assert.match(
      none.warnings.join(),
      /500 of 500 requests have no vector of telling, so none is read; run "spillway embed"/
    )
    assert.isUndefined(none.embedding)
    assert.strictEqual(readFileSync(join(cwd, "none.json"), "utf8"), readFileSync(join(cwd, "plain.json"), "utf8"))
    const first = await json<Record<string, unknown>>("embed", "--config", "telling.yaml", "--limit", "100")
    assert.deepStrictEqual([first["added"], first["embedded"], Number(first["cost_usd"]).toFixed(9)], [
      100,
      100,
      "0.001000000"
    ])
    const { code, stderr, stdout } = await run("embed", "--config", "telling.yaml")
    assert.strictEqual(code, 0, stderr)
    assert.match(
      stdout,
      /^400 prompts embedded with telling for \$0\.00400 in .* s\.\n500 of 500 requests have a vector of 8 values\./
    )
    assert.match(stderr, /embed 400\/400/)
    assert.strictEqual(state.embedded, 500)
    assert.deepStrictEqual(state.keys, new Set([`Bearer ${KEY}`]))
  }, 120_000)

  it(
    "are read where they tell, and the proxy decides with them as explain says, and without where they fail",
    async () => {
      const { embedding } = await optimize("telling.yaml", "telling.json")
      assert.deepStrictEqual([embedding!.kept, embedding!.without_vector], [true, 0])
      const table = tableIn("telling.json")
      assert.strictEqual(table.features.embedding!.model, "telling")
      // About six in ten are easy; without vectors nothing tells which.
      const routed = table.points.filter(({ plans }) => plans.every(({ plan }) => plan.entry.tiers.length > 1))
        .toSorted((a, b) =>
          Math.abs(a.expected.shares["small"]! - 0.6) - Math.abs(b.expected.shares["small"]! - 0.6)
        )[0]!
      assert.isAbove(routed.expected.quality, 0.9)
      const options = ["--config", "telling.yaml", "--table", "telling.json", "--point", routed.name]
      const stored = await json<Explained>("explain", "r0001", ...options)
      assert.strictEqual(stored.embedding!.from, "database")
      assert.isTrue(stored.tiers[0]!.contributions.some(({ feature }) => feature === "embedding"))
      const served = await serving(["serve", "--config", "telling.yaml", "--table", "telling.json", "--port", "0"], cwd)
      try {
        const tierOf = async (content: string) => {
          const reply = await fetch(`${served.url}/chat/completions`, {
            method: "POST",
            headers: { "content-type": "application/json", "x-spillway-task": "parts" },
            body: JSON.stringify({ model: `spillway/${routed.name}`, messages: [{ role: "user", content }] })
          })
          await reply.text()
          return reply.headers.get("x-spillway-tier")
        }
        const fresh = Array.from({ length: 2 }, (_, i) => textOf(10_000 + i))
        for (const text of fresh) {
          const explained = await json<Explained>("explain", "--text", text, "--task", "parts", ...options)
          assert.strictEqual(explained.embedding!.from, "embedder")
          assert.strictEqual(await tierOf(text), explained.plans[0]!.entry)
        }
        const asked = Array.from({ length: 40 }, (_, i) => textOf(20_000 + i))
        let right = 0
        for (const text of asked) if ((await tierOf(text) === "large") === isHard(text)) right += 1
        assert.isAbove(right / asked.length, 0.8)
        state.down = true
        const plain = await json<Explained>(
          "explain",
          "--text",
          "no vector",
          "--task",
          "parts",
          "--config",
          "plain.yaml",
          ...options.slice(2)
        )
        assert.strictEqual(plain.embedding!.from, "nowhere")
        const without = new Set<string | null>()
        for (let i = 0; i < 5; i++) without.add(await tierOf(textOf(30_000 + i)))
        assert.strictEqual(without.size, 1)
        const metrics = await (await fetch(served.url.replace("/v1", "/metrics"))).text()
        assert.match(metrics, /spillway_embeddings_total\{result="failed"\} 5\n/)
      } finally {
        state.down = false
        assert.strictEqual(await served.stop(), 0)
      }
    },
    180_000
  )

  it("leave no trace in the table where they tell nothing", async () => {
    const { code, stderr } = await run("embed", "--config", "noise.yaml")
    assert.strictEqual(code, 0, stderr)
    const { embedding } = await optimize("noise.yaml", "noise.json")
    assert.isFalse(embedding!.kept)
    assert.strictEqual(readFileSync(join(cwd, "noise.json"), "utf8"), readFileSync(join(cwd, "plain.json"), "utf8"))
  }, 120_000)

  it("say what is wrong in a line", async () => {
    const line = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await run(...args)
      assert.strictEqual(code, args.includes("--again") && args.includes("--limit") ? 2 : 1)
      return stderr.trim().split("\n").at(-1)!
    }
    assert.match(
      await line("embed", "--config", "plain.yaml"),
      /plain\.yaml: embeddings: no embedding model is configured\. Add `embeddings`/
    )
    assert.match(
      await line("embed", "--config", "local.yaml"),
      /local\.yaml: embeddings\.local: the optional package @huggingface\/transformers is not installed\. .* npm install @huggingface\/transformers@4$/
    )
    assert.match(
      await line("embed", "--config", "noise.yaml", "--again", "--limit", "3"),
      /--again: forgets the vectors of all/
    )
    assert.match(
      await line("serve", "--config", "plain.yaml", "--table", "telling.json", "--port", "0"),
      /the table reads vectors of telling, and the configuration has no `embeddings`/
    )
    state.down = true
    assert.match(
      await line("embed", "--config", "telling.yaml", "--again"),
      /embedding with telling: server_error \(500\): down\. What came is stored: run it again to go on$/
    )
    state.down = false
  }, 120_000)
})

const closeAll = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
