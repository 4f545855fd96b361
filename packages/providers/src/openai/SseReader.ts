import { Sse } from "effect/encoding"

/**
 * Reads the `data` of server-sent events from bytes as they come: characters and lines may be split anywhere, lines may
 * end in LF, CR or CRLF, comments are skipped, and an event that the stream ends inside of is dropped.
 */
export class SseReader {
  readonly #text = new TextDecoder()
  readonly #parser: Sse.Parser
  #payloads: Array<string> = []

  constructor() {
    this.#parser = Sse.makeParser((event) => {
      if (event._tag === "Event") this.#payloads.push(event.data)
    })
  }

  /** The payloads that these bytes complete. Throws `Sse.SseError` on an event of more than 10 MB. */
  read(bytes: Uint8Array): ReadonlyArray<string> {
    const error = this.#parser.feed(this.#text.decode(bytes, { stream: true }))
    if (error !== undefined) throw error
    const payloads = this.#payloads
    this.#payloads = []
    return payloads
  }
}
