import type { Config, Request } from "@spillway/domain"
import { type AnswerBook, answerKey, type SimulatedModel } from "@spillway/providers"

/** So many arithmetic requests with their references. */
export const simulatedRequests = (count: number): ReadonlyArray<Request> =>
  Array.from({ length: count }, (_, i) => ({
    request_id: `r${String(i).padStart(5, "0")}`,
    task: i % 2 === 0 ? "math.add" : "math.double",
    messages: [{ role: "user", content: i % 2 === 0 ? `What is ${i} + 1?` : `What is twice ${i}?` }],
    parameters: { max_tokens: 64 },
    ts: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
    reference: String(i % 2 === 0 ? i + 1 : 2 * i)
  }))

/** Right and wrong answers to them. */
export const answerBook = (requests: ReadonlyArray<Request>): AnswerBook =>
  new Map(requests.map(({ messages, reference, task }, i) => {
    const key = answerKey(messages)
    const entry = {
      key,
      task,
      difficulty: (i % 10) / 10,
      right: [`The answer is ${reference}.`],
      wrong: [`The answer is ${Number(reference) + 1}.`]
    }
    return [key, entry] as const
  }))

const model = (name: string, usd: number): SimulatedModel => ({
  name,
  price: { input_usd_per_mtok: usd, output_usd_per_mtok: 4 * usd },
  skill: 0.8,
  slope: 6,
  overconfidence: 0.5,
  ttftMs: 5,
  msPerToken: 0.1
})

export const models = [model("cheap", 1), model("dear", 10)]

/** A configuration whose tiers are {@link models} behind one address. */
export const configFor = (url: string, provider: Partial<Config["providers"][string]> = {}): Config => ({
  providers: { simulated: { protocol: "openai", base_url: url, ...provider } },
  tiers: models.map(({ name, price }) => ({ name, provider: "simulated", model: name, price })),
  graders: { default: { type: "numeric" } }
})
