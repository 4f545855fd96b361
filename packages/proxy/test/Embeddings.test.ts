import { assert, describe, it } from "@effect/vitest"
import type { Config, Embeddings, RoutingTable } from "@spillway/domain"
import { compile, encodeFloat32, requestView } from "@spillway/policy"
import { Effect } from "effect"
import * as fs from "node:fs"
import type { ServerResponse } from "node:http"
import { serve } from "../src/index.ts"
import {
  answerJson,
  ask,
  completion,
  scriptedUpstream,
  type SeenRequest,
  startProxy,
  temporaryDirectory,
  type TestProxy
} from "./harness.ts"
import { configFor, testTable } from "./tables.ts"

const MODEL = "tiny"
const MAX_CHARS = 60
const TEXTS = Array.from({ length: 40 }, (_, i) => `Question ${i}: ${"why? ".repeat(i)}`)

/** A vector that depends on every character, of length 1. */
const vectorOf = (text: string): ReadonlyArray<number> => {
  let sum = 7
  for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) % 1_009
  return [Math.cos(sum), 0.6 * Math.sin(sum), 0.8 * Math.sin(sum)]
}

/** Routes by the vector alone: the economy tier's gap is twice the vector's first value less its mean, .1. */
const routingTable = (): RoutingTable => {
  const table = testTable()
  const points = table.points.map((point) =>
    point.name === "balanced"
      ? {
        ...point,
        plans: [{
          share: 1,
          plan: { kind: "route" as const, entry: { lambda: 0, tiers: ["economy", "flagship"] }, stages: [] }
        }]
      }
      : point
  )
  return {
    ...table,
    features: {
      ...table.features,
      embedding: { model: MODEL, max_chars: MAX_CHARS, dimensions: 3, mean: encodeFloat32([0.1, 0, 0]) }
    },
    heads: [{
      tier: "economy",
      target: "gain",
      intercept: -0.01,
      dense: [],
      hashed: "",
      embedding: encodeFloat32([2, 0.25, 0]),
      segment_weight: 0
    }],
    points
  }
}

const embedAnswer = ({ json }: SeenRequest, vector: (text: string) => ReadonlyArray<number> = vectorOf) => {
  const input = json["input"] as ReadonlyArray<string>
  return {
    object: "list",
    data: input.map((text, index) => ({ object: "embedding", index, embedding: vector(text) })),
    usage: { prompt_tokens: 1_000, total_tokens: 1_000 }
  }
}

const configWith = (chat: string, embeddings: string, more: Partial<Embeddings> = {}): Config => {
  const config = configFor(chat)
  return {
    ...config,
    providers: { ...config.providers, embedder: { protocol: "openai", base_url: embeddings, timeout_ms: 20_000 } },
    embeddings: {
      provider: "embedder",
      model: MODEL,
      timeout_ms: 5_000,
      price: { input_usd_per_mtok: 2 },
      ...more
    }
  }
}

const chatUpstream = scriptedUpstream((request, response) =>
  answerJson(response, completion(String(request.json["model"]), "yes", -0.1))
)

const send = (proxy: TestProxy, content: string, model = "spillway") =>
  Effect.promise(async () => {
    const reply = await proxy.chat({ ...ask(model), messages: [{ role: "user", content }] })
    await reply.text()
    assert.strictEqual(reply.status, 200)
    return {
      tier: reply.headers.get("x-spillway-tier"),
      costUsd: reply.headers.get("x-spillway-cost-usd")
    }
  })

const { begin } = compile(routingTable())

/** What the policy decides for a text, with its vector or without. */
const decided = (content: string, vector?: ReadonlyArray<number>) => {
  const view = requestView({ request_id: "r", task: "untasked", messages: [{ role: "user", content }] })
  return begin({ ...view, vector: vector && Float32Array.from(vector) }).decision.tier
}

/** As the proxy cuts a text before it is embedded. */
const cut = (text: string) =>
  text.length <= MAX_CHARS ? text : text.slice(0, MAX_CHARS / 2) + text.slice(-MAX_CHARS / 2)

const metric = (proxy: TestProxy, name: string) =>
  Effect.promise(async () => {
    const text = await (await proxy.get("/metrics")).text()
    return Number(new RegExp(`^${name.replaceAll(/[{}]/g, "\\$&")} (.*)$`, "m").exec(text)?.[1] ?? 0)
  })

describe("a table that reads vectors", () => {
  it.live("serves a request with vector v as the policy decides for v, asking once for a text", () =>
    Effect.gen(function*() {
      const chat = yield* chatUpstream
      const embedder = yield* scriptedUpstream((request, response) => answerJson(response, embedAnswer(request)))
      const proxy = yield* startProxy(configWith(chat.url, embedder.url), { tableContent: routingTable() })
      const tiers = new Set<string | null>()
      for (const text of [...TEXTS, ...TEXTS]) {
        const { tier } = yield* send(proxy, text)
        assert.strictEqual(tier, decided(text, vectorOf(cut(text))), text)
        tiers.add(tier)
      }
      assert.deepStrictEqual(tiers, new Set(["economy", "flagship"]))
      assert.deepStrictEqual(embedder.seen.map(({ json }) => json["input"]), TEXTS.map((text) => [cut(text)]))
      const results = proxy.records().map(({ embedding }) => embedding!.result)
      assert.deepStrictEqual(results, [...TEXTS.map(() => "used" as const), ...TEXTS.map(() => "cached" as const)])
      assert.strictEqual(yield* metric(proxy, "spillway_embeddings_total{result=\"used\"}"), TEXTS.length)
      assert.strictEqual(yield* metric(proxy, "spillway_embeddings_total{result=\"cached\"}"), TEXTS.length)
      assert.closeTo(yield* metric(proxy, "spillway_embedding_cost_usd_total"), TEXTS.length * 0.002, 1e-9)
    }))

  it.live("charges a request for its vector, and asks for none that its plan does not read, or that has no text", () =>
    Effect.gen(function*() {
      const chat = yield* chatUpstream
      const embedder = yield* scriptedUpstream((request, response) => answerJson(response, embedAnswer(request)))
      const proxy = yield* startProxy(configWith(chat.url, embedder.url), { tableContent: routingTable() })
      const text = TEXTS.find((text) => decided(text, vectorOf(cut(text))) === "economy")!
      // 110 tokens of the economy tier, and 1,000 of the embedding model.
      assert.strictEqual((yield* send(proxy, text)).costUsd, String(110e-6 + 0.002))
      assert.strictEqual((yield* send(proxy, text)).costUsd, String(110e-6))
      assert.strictEqual((yield* send(proxy, text, "spillway/economy")).costUsd, String(110e-6))
      assert.strictEqual((yield* send(proxy, " ")).tier, decided(" "))
      assert.deepStrictEqual(
        proxy.records().map(({ embedding }) => embedding && [embedding.result, embedding.cost_usd]),
        [["used", 0.002], ["cached", 0], undefined, ["empty", 0]]
      )
      assert.lengthOf(embedder.seen, 1)
    }))

  const faults: Record<string, readonly ["timeout" | "failed", (request: SeenRequest, reply: ServerResponse) => void]> =
    {
      "that says nothing": ["timeout", () => {}],
      "that stops in the middle": ["timeout", (_, reply) => void reply.writeHead(200).write("{\"data\":[")],
      "that fails with 500": ["failed", (_, reply) => answerJson(reply, { error: { message: "down" } }, 500)],
      "that breaks the connection": ["failed", (_, reply) => void reply.destroy()],
      "of another number of dimensions": [
        "failed",
        (request, reply) => answerJson(reply, embedAnswer(request, () => [1, 0]))
      ],
      "of malformed JSON": ["failed", (_, reply) => reply.writeHead(200).end("{\"data\":[[}")],
      "of no numbers": [
        "failed",
        (request, reply) => answerJson(reply, embedAnswer(request, () => [null, "a", 3] as unknown as Array<number>))
      ]
    }
  for (const [name, [result, fault]] of Object.entries(faults)) {
    it.live(`decides without a vector from an embedder ${name}, says so, and comes back to it`, () =>
      Effect.gen(function*() {
        const chat = yield* chatUpstream
        let faulty = true
        const embedder = yield* scriptedUpstream((request, response) =>
          faulty ? fault(request, response) : answerJson(response, embedAnswer(request))
        )
        const more = result === "timeout" ? { timeout_ms: 20 } : {}
        const proxy = yield* startProxy(configWith(chat.url, embedder.url, more), { tableContent: routingTable() })
        for (const text of TEXTS.slice(0, 6)) {
          const { costUsd, tier } = yield* send(proxy, text)
          assert.strictEqual(tier, decided(text))
          // What a call without an answer cost is unknown; of one with a vector that is no use it is known.
          assert.strictEqual(costUsd === null, name !== "of another number of dimensions")
        }
        assert.deepStrictEqual(proxy.records().map(({ embedding }) => embedding!.result), Array(6).fill(result))
        assert.strictEqual(yield* metric(proxy, `spillway_embeddings_total{result="${result}"}`), 6)
        faulty = false
        // In 20 ms a busy machine may get no answer.
        const patient = result === "failed"
          ? proxy
          : yield* startProxy(configWith(chat.url, embedder.url), { tableContent: routingTable() })
        for (const text of TEXTS.slice(0, 6)) {
          assert.strictEqual((yield* send(patient, text)).tier, decided(text, vectorOf(cut(text))))
        }
      }))
  }

  it.live("gives up calls that are late, and asks no more at once than the provider may be asked", () =>
    Effect.gen(function*() {
      const chat = yield* chatUpstream
      let open = 0, most = 0
      const embedder = yield* scriptedUpstream((_, response) => {
        open += 1
        most = Math.max(most, open)
        response.once("close", () => open -= 1)
      })
      const config = configWith(chat.url, embedder.url, { timeout_ms: 60 })
      const { embedder: provider } = config.providers
      const proxy = yield* startProxy(
        { ...config, providers: { ...config.providers, embedder: { ...provider!, concurrency: 2 } } },
        { tableContent: routingTable() }
      )
      const tiers = yield* Effect.forEach(TEXTS, (text) => send(proxy, text), { concurrency: "unbounded" })
      assert.deepStrictEqual(tiers.map(({ tier }) => tier), TEXTS.map((text) => decided(text)))
      assert.strictEqual(most, 2)
      yield* Effect.promise(() => embedder.brokenOff)
    }))

  it.live("is refused at the start without its embedding model", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const table = `${directory}/table.json`
      fs.writeFileSync(table, JSON.stringify(routingTable()))
      const refused = (config: Config) =>
        Effect.map(
          Effect.flip(Effect.scoped(
            serve({ config, source: "spillway.yaml", table, logs: `${directory}/logs`, port: 0, env: {} })
          )),
          (error) => error.message
        )
      const url = "http://127.0.0.1:1/v1"
      assert.match(
        yield* refused(configFor(url)),
        /features\.embedding\.model: the table reads vectors of tiny, and the configuration has no `embeddings`\. Configure/
      )
      assert.match(
        yield* refused(configWith(url, url, { model: "huge" })),
        /reads vectors of tiny, and the configuration makes those of huge/
      )
      const keyed = configWith(url, url)
      const { embedder } = keyed.providers
      assert.match(
        yield* refused({
          ...keyed,
          providers: { ...keyed.providers, embedder: { ...embedder!, api_key_env: "EMBED_KEY" } }
        }),
        /providers\.embedder\.api_key_env: the environment variable EMBED_KEY holds no key/
      )
    }))

  it.live("is not taken over by a proxy that started without an embedder", () =>
    Effect.gen(function*() {
      const url = "http://127.0.0.1:1/v1"
      const proxy = yield* startProxy(configWith(url, url), { tablePollMs: 20 })
      const before = proxy.table().sha256
      fs.writeFileSync(`${proxy.tableFile}.new`, JSON.stringify(routingTable()))
      fs.renameSync(`${proxy.tableFile}.new`, proxy.tableFile)
      const refused = yield* Effect.promise(async () => {
        for (;;) {
          const { table } = await (await proxy.get("/readyz")).json() as { table: { refused?: string } }
          if (table.refused !== undefined) return table.refused
        }
      })
      assert.match(refused, /the table reads vectors, and the embedding model is made ready only at the start\. Start/)
      assert.strictEqual(proxy.table().sha256, before)
    }))
})
