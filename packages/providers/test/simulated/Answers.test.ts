import { assert, describe, it } from "@effect/vitest"
import { SIMULATED_MODELS, simulatedServer } from "@spillway/providers"
import { Effect } from "effect"
import { post } from "../Exchange.ts"
import { ask, bookOf, RIGHT } from "./Traffic.ts"

const COUNT = 600
const MODELS = SIMULATED_MODELS.map(({ name }) => name)
/** Difficulties spread evenly over [0, 1). */
const book = bookOf(COUNT, (i) => i / COUNT)

interface Answered {
  readonly right: boolean
  /** Exponential of the mean token log-probability: the probability of a token, as a naive reader takes confidence. */
  readonly confidence: number
}

const complete = (url: string, body: Record<string, unknown>, attempt = 1) =>
  Effect.promise(async () =>
    (await post(`${url}/chat/completions`, body, { "x-spillway-attempt": String(attempt) }).end).body
  )

const answers = (url: string, model: string) =>
  Effect.forEach(
    Array.from({ length: COUNT }, (_, i) => i),
    (i) =>
      Effect.map(complete(url, { model, messages: ask(`question ${i}`), logprobs: true }), (body): Answered => {
        const { logprobs, message } = JSON.parse(body).choices[0]
        const values: ReadonlyArray<number> = logprobs.content.map((token: { logprob: number }) => token.logprob)
        return {
          right: message.content === RIGHT,
          confidence: Math.exp(values.reduce((sum, value) => sum + value, 0) / values.length)
        }
      }),
    { concurrency: 16 }
  )

const meanOf = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
const shareRight = (some: ReadonlyArray<Answered>) => meanOf(some.map(({ right }) => Number(right)))

/** Probability that a right answer has more confidence than a wrong one; ties count half. */
const auroc = (all: ReadonlyArray<Answered>): number => {
  const right = all.filter((one) => one.right)
  const wrong = all.filter((one) => !one.right)
  return meanOf(right.flatMap((a) => wrong.map((b) => (Math.sign(a.confidence - b.confidence) + 1) / 2)))
}

/** Expected calibration error over ten bins of equal width. */
const ece = (all: ReadonlyArray<Answered>): number => {
  const bins = Map.groupBy(all, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)))
  return [...bins.values()].reduce(
    (sum, bin) =>
      sum + (bin.length / all.length) * Math.abs(shareRight(bin) - meanOf(bin.map(({ confidence }) => confidence))),
    0
  )
}

describe("answers of the simulated provider", () => {
  it.effect("skill rises with the tier and falls with difficulty; confidence tells right from wrong but is no probability", () =>
    Effect.gen(function*() {
      const { url } = yield* simulatedServer({ book, latencyScale: 0 })
      const byModel = yield* Effect.forEach(MODELS, (model) => answers(url, model))
      const skill = byModel.map(shareRight)
      assert.isTrue(skill[0]! + 0.05 < skill[1]! && skill[1]! + 0.05 < skill[2]!, skill.join(" "))
      for (const [k, all] of byModel.entries()) {
        const easy = shareRight(all.slice(0, COUNT / 3))
        const hard = shareRight(all.slice((2 * COUNT) / 3))
        assert.isAbove(easy, 0.96, MODELS[k])
        assert.isBelow(hard, easy, MODELS[k])
        // With 70 wrong answers the standard error of a useless score's AUROC is below 0.04.
        if (all.filter(({ right }) => !right).length >= 70) assert.isAbove(auroc(all), 0.7, MODELS[k])
      }
      assert.isAbove(auroc(byModel[0]!), 0.7)
      // A calibrated score of 600 answers has an ECE of about 0.03 by chance.
      assert.isAbove(ece(byModel[0]!), 0.1)
    }))

  it.effect("depend on seed, conversation, model and attempt alone, not on order, port or identifier", () =>
    Effect.gen(function*() {
      const one = yield* simulatedServer({ book, latencyScale: 0, seed: 7 })
      const two = yield* simulatedServer({ book, latencyScale: 0, seed: 7 })
      const other = yield* simulatedServer({ book, latencyScale: 0, seed: 8 })
      const body = (i: number, model = "economy") => ({ model, messages: ask(`question ${i}`), logprobs: true })
      const picked = Array.from({ length: 30 }, (_, i) => i * 20)
      const forward = yield* Effect.forEach(picked, (i) => complete(one.url, body(i)))
      const backward = yield* Effect.forEach(picked.toReversed(), (i) => complete(two.url, body(i)), { concurrency: 8 })
      assert.deepStrictEqual(backward.toReversed(), forward)
      for (
        const [what, changed] of [
          ["seed", yield* Effect.forEach(picked, (i) => complete(other.url, body(i)))],
          ["attempt", yield* Effect.forEach(picked, (i) => complete(one.url, body(i), 2))],
          ["model", yield* Effect.forEach(picked, (i) => complete(one.url, body(i, "standard")))]
        ] as const
      ) {
        const logprobs = (text: string) => JSON.stringify(JSON.parse(text).choices[0].logprobs)
        assert.isTrue(changed.every((text, i) => logprobs(text) !== logprobs(forward[i]!)), what)
      }
    }))

  it.effect("draws chance faults by seed, request and attempt, at their rate", () =>
    Effect.gen(function*() {
      const faults = [{ kind: "503" as const, rate: 0.3, models: ["economy"] }]
      const statuses = (seed: number, attempt: number, model = "economy") =>
        Effect.gen(function*() {
          const { url } = yield* simulatedServer({ book, latencyScale: 0, seed, faults })
          return yield* Effect.forEach(Array.from({ length: 200 }, (_, i) => i), (i) =>
            Effect.promise(async () => {
              const exchange = post(`${url}/chat/completions`, { model, messages: ask(`question ${i}`) }, {
                "x-spillway-attempt": String(attempt)
              })
              const { status } = (await exchange.head)!
              await exchange.end
              return status
            }), { concurrency: 16 })
        })
      const first = yield* statuses(1, 1)
      assert.deepStrictEqual(yield* statuses(1, 1), first)
      assert.notDeepEqual(yield* statuses(1, 2), first)
      assert.notDeepEqual(yield* statuses(2, 1), first)
      const hit = first.filter((status) => status === 503).length
      assert.isTrue(hit > 40 && hit < 80, `${hit} of 200 at a rate of 0.3`)
      assert.isFalse((yield* statuses(1, 1, "flagship")).includes(503))
    }))

  it.effect("state their usage: cached tokens of a long system prompt, the answer's tokens, and a token limit", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* simulatedServer({ book, latencyScale: 0 })
      const system = { role: "system", content: "You answer questions about parcels. ".repeat(200) }
      const long = JSON.parse(yield* complete(url, { model: "flagship", messages: [system, ...ask("hello")] }))
      const cached = long.usage.prompt_tokens_details.cached_tokens
      assert.strictEqual(cached % 128, 0)
      assert.isTrue(cached > 1_500 && cached <= 1_800, String(cached))
      assert.isAbove(long.usage.prompt_tokens, cached)
      const { cost_usd } = stats.models["flagship"]!
      const price = SIMULATED_MODELS[2]!.price
      const { completion_tokens, prompt_tokens } = long.usage
      assert.approximately(
        cost_usd,
        ((prompt_tokens - cached) * price.input_usd_per_mtok + cached * price.cached_input_usd_per_mtok! +
          completion_tokens * price.output_usd_per_mtok) / 1e6,
        1e-12
      )
      const short = JSON.parse(yield* complete(url, { model: "flagship", messages: ask("question 0"), max_tokens: 3 }))
      assert.strictEqual(short.usage.prompt_tokens_details.cached_tokens, 0)
      assert.strictEqual(short.usage.completion_tokens, 3)
      assert.strictEqual(short.choices[0].finish_reason, "length")
      assert.isTrue(RIGHT.startsWith(short.choices[0].message.content))
    }))
})
