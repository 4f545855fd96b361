import { Failure, type Request } from "@spillway/domain"
import { Effect } from "effect"
import OpenAI from "openai"

const CONCURRENCY = 16

/** Sends requests through the proxy with the official OpenAI client, every second one streaming. */
export const sendTraffic = (
  url: string,
  model: string,
  requests: ReadonlyArray<Request>,
  suffix: string
): Effect.Effect<void, Failure> => {
  const client = new OpenAI({ baseURL: url, apiKey: "unused", maxRetries: 0 })
  return Effect.forEach(requests, (request, i) =>
    Effect.tryPromise({
      try: () => send(client, model, request, suffix, i % 2 === 1),
      catch: (error) => new Failure({ doing: `asking ${model}`, problem: (error as Error).message })
    }), { concurrency: CONCURRENCY, discard: true })
}

const send = async (
  client: OpenAI,
  model: string,
  request: Request,
  suffix: string,
  stream: boolean
): Promise<void> => {
  const options = {
    headers: { "x-spillway-task": request.task, "x-request-id": `${request.request_id}${suffix}` }
  }
  // The messages were made for this protocol; the client's types know it only by role.
  const body = {
    ...request.parameters,
    model,
    messages: [...request.messages] as Array<OpenAI.ChatCompletionMessageParam>
  }
  if (!stream) {
    await client.chat.completions.create({ ...body, stream: false }, options)
    return
  }
  for await (
    const chunk of await client.chat.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: true }
    }, options)
  ) {
    if (chunk.choices[0]?.finish_reason === "length") return
  }
}
