import { CompletionError, inBandError, SseReader, StreamAccumulator } from "@spillway/providers"
import type { IncomingHttpHeaders, ServerResponse } from "node:http"
import type { Dispatcher } from "undici"

const DONE_EVENT = Buffer.from("data: [DONE]\n\n")

/** What a relay needs to know of its client. */
export interface RelayOptions {
  readonly response: ServerResponse
  /** Writes the reply's status and headers; called before the first byte. */
  readonly open: (headers: IncomingHttpHeaders) => void
  /**
   * `bytes` forwards every byte untouched as it comes. `events` forwards whole events, and holds them back until the
   * first has content, so that until then another tier can still take over.
   */
  readonly mode: "bytes" | "events"
  /** Drop the chunk with usage, which the client had not asked for (only `events`). */
  readonly dropUsage: boolean
  /** The upstream's key, to keep it out of errors. */
  readonly apiKey: string | undefined
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number
}

/** True for the chunk that carries nothing but usage. */
const isUsageChunk = (payload: string): boolean => {
  if (!payload.includes("\"usage\":{") && !payload.includes("\"usage\": {")) return false
  const { choices } = JSON.parse(payload)
  return Array.isArray(choices) && choices.length === 0
}

/** Index after the last blank line, which ends an event. */
const eventsEnd = (bytes: Buffer): number =>
  Math.max(endOfLast(bytes, "\n\n"), endOfLast(bytes, "\n\r\n"), endOfLast(bytes, "\r\r"))

const endOfLast = (bytes: Buffer, blank: string): number => {
  const at = bytes.lastIndexOf(blank)
  return at < 0 ? 0 : at + blank.length
}

/**
 * Takes an upstream's event stream to the client as it comes, and reads along what it says. The end (`[DONE]` and
 * after) stays back in `rest` until the caller has written the log.
 */
export class StreamRelay {
  readonly accumulator = new StreamAccumulator()
  /** True after the first byte of the body went to the client. */
  started = false
  /** When the first piece of content came, by `now`. */
  firstContentAt: number | undefined
  readonly #options: RelayOptions
  readonly #reader = new SseReader()
  #headers: IncomingHttpHeaders = {}
  #controller: Dispatcher.DispatchController | undefined
  #pending: Array<Buffer> = []
  /** The beginning of an event whose end has not come (only `events`). */
  #tail: Buffer = Buffer.alloc(0)
  #problem: CompletionError | undefined

  constructor(options: RelayOptions) {
    this.#options = options
  }

  /** True after `[DONE]`. */
  get done(): boolean {
    return this.accumulator.done
  }

  begin(headers: IncomingHttpHeaders, controller: Dispatcher.DispatchController): void {
    this.#headers = headers
    this.#controller = controller
  }

  /** Takes a piece of the stream. Gives a failure where the stream cannot go on. */
  data(chunk: Buffer): CompletionError | undefined {
    const payloads = this.#read(chunk)
    if (this.#options.mode === "bytes") this.#pending.push(chunk)
    else if (this.#problem === undefined) this.#takeEvents(chunk, payloads)
    else return this.#problem
    if (!this.done && (this.#options.mode === "bytes" || this.accumulator.started)) this.#flush()
    return undefined
  }

  /** After the upstream's last byte. Gives a failure where the stream is not whole. */
  end(): CompletionError | undefined {
    if (this.done) return undefined
    if (!this.accumulator.finished || this.#problem !== undefined) {
      return this.#problem ?? new CompletionError({ reason: "cut", detail: "the stream ended before its answer did" })
    }
    if (this.#options.mode === "events") this.#pending.push(DONE_EVENT)
    return undefined
  }

  /** What stayed back, the stream's end; opens the reply where nothing was sent yet. */
  rest(): Buffer {
    this.#open()
    return Buffer.concat(this.#pending)
  }

  #read(chunk: Buffer): ReadonlyArray<string> {
    let payloads: ReadonlyArray<string> = []
    try {
      payloads = this.#reader.read(chunk)
    } catch {
      this.#problem ??= new CompletionError({ reason: "malformed", detail: "an event of the stream is too long" })
    }
    for (const payload of payloads) this.accumulator.feed(payload)
    const { error, problem } = this.accumulator
    if (error !== undefined) {
      this.#problem ??= inBandError(error, this.#options.apiKey)
    } else if (problem !== undefined) this.#problem ??= new CompletionError({ reason: "malformed", detail: problem })
    if (this.accumulator.started) this.firstContentAt ??= this.#options.now()
    return payloads
  }

  /** Takes the whole events that a piece completes: their bytes, or their payloads anew where one must go. */
  #takeEvents(chunk: Buffer, payloads: ReadonlyArray<string>): void {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
    const end = eventsEnd(bytes)
    this.#tail = bytes.subarray(end)
    if (this.#options.dropUsage && payloads.some(isUsageChunk)) {
      const kept = payloads.filter((payload) => !isUsageChunk(payload))
      this.#pending.push(Buffer.from(kept.map((payload) => `data: ${payload}\n\n`).join("")))
    } else if (end > 0) this.#pending.push(bytes.subarray(0, end))
  }

  #open(): void {
    if (!this.started) this.#options.open(this.#headers)
    this.started = true
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    this.#open()
    const { response } = this.#options
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
    this.#pending = []
    if (!response.write(bytes)) {
      this.#controller?.pause()
      response.once("drain", () => this.#controller?.resume())
    }
  }
}
