import type { Request, Settings } from "@spillway/domain"

/** How {@link requestBody} asks for the answer. */
export interface RequestOptions {
  readonly stream: boolean
  /** Ask for token log-probabilities, the evidence that confidence is calibrated from. */
  readonly logprobs: boolean
}

/**
 * The chat completion body that asks `model` to answer a request: the request's parameters with the tier's settings
 * laid over them. With `logprobs` it asks for the two likeliest tokens of every position, unless parameters or settings
 * already say whether log-probabilities are wanted; with `stream` it asks for usage in the last chunk.
 */
export const requestBody = (
  request: Pick<Request, "messages" | "parameters">,
  model: string,
  settings: Settings | undefined,
  { logprobs, stream }: RequestOptions
): Record<string, unknown> => {
  const body: Record<string, unknown> = { ...request.parameters, ...settings, model, messages: request.messages }
  if (logprobs && !Object.hasOwn(body, "logprobs")) {
    body["logprobs"] = true
    body["top_logprobs"] ??= 2
  }
  delete body["stream"]
  delete body["stream_options"]
  if (stream) {
    body["stream"] = true
    body["stream_options"] = { include_usage: true }
  }
  return body
}
