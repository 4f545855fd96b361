import { isObject, type Message } from "@spillway/domain"

/** What the policy sees of a request. Built by {@link requestView} from a stored request or a live body alike. */
export interface RequestView {
  readonly request_id: string
  readonly task: string
  /**
   * Text of all messages but the instructions, in order and apart by newlines; tool calls leave their name and
   * arguments, parts that are not text only their counts.
   */
  readonly text: string
  /** Text of the system and developer messages. */
  readonly system: string
  /** Messages other than the instructions. */
  readonly turns: number
  readonly tools: number
  readonly images: number
  /** Content parts that are neither text nor image: audio, documents. */
  readonly files: number
  /** Characters of tool and response schemas as compact JSON. */
  readonly schema_chars: number
  /** What the table's embedding model makes of the text, of length 1; absent where it was not asked, or did not answer. */
  readonly vector?: Float32Array | undefined
}

/**
 * What {@link requestView} reads. A domain `Request` is one. For a live chat completion body pass its `messages` and
 * the whole body as `parameters`: of the parameters only `tools`, `functions` and `response_format` are read.
 */
export interface RequestSource {
  readonly request_id: string
  readonly task: string
  readonly messages: ReadonlyArray<Message>
  readonly parameters?: { readonly [name: string]: unknown } | undefined
}

const jsonChars = (value: unknown) => value === undefined ? 0 : JSON.stringify(value)?.length ?? 0

const length = (value: unknown) => Array.isArray(value) ? value.length : 0

const responseSchema = (format: unknown) =>
  isObject(format) && format["type"] === "json_schema" ? format["json_schema"] : undefined

const toolCallText = (call: unknown) => {
  const target = isObject(call) ? call["function"] ?? call["custom"] : undefined
  if (!isObject(target)) return ""
  return `${String(target["name"] ?? "")} ${String(target["arguments"] ?? target["input"] ?? "")}`
}

/** Builds the view. Total: content of an unknown shape is counted, never thrown on. */
export const requestView = (source: RequestSource): RequestView => {
  const text: Array<string> = []
  const system: Array<string> = []
  let turns = 0
  let images = 0
  let files = 0
  for (const message of source.messages) {
    if (!isObject(message)) continue
    const instructs = message.role === "system" || message.role === "developer"
    const into = instructs ? system : text
    if (!instructs) turns++
    const content = message.content
    if (typeof content === "string") into.push(content)
    else if (Array.isArray(content)) {
      for (const part of content) {
        if (!isObject(part)) continue
        if (typeof part["text"] === "string") into.push(part["text"])
        else if (typeof part["refusal"] === "string") into.push(part["refusal"])
        else if (String(part["type"]).includes("image")) images++
        else files++
      }
    }
    const calls = message["tool_calls"]
    if (Array.isArray(calls)) { for (const call of calls) into.push(toolCallText(call)) }
  }
  const parameters = source.parameters ?? {}
  return {
    request_id: source.request_id,
    task: source.task,
    text: text.join("\n"),
    system: system.join("\n"),
    turns,
    tools: length(parameters["tools"]) + length(parameters["functions"]),
    images,
    files,
    schema_chars: jsonChars(parameters["tools"]) + jsonChars(parameters["functions"]) +
      jsonChars(responseSchema(parameters["response_format"]))
  }
}

/** Characters that a tier is charged for: text, instructions and schemas. The unit of `CostHead.usd_per_char`. */
export const requestChars = (view: RequestView): number => view.text.length + view.system.length + view.schema_chars
