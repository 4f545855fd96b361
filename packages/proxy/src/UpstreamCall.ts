import { CompletionError, transportError } from "@spillway/providers"
import { Effect } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import type { Dispatcher } from "undici"
import type { StreamRelay } from "./StreamRelay.ts"
import type { Upstream } from "./Upstream.ts"
import type { UpstreamReply } from "./UpstreamFailure.ts"

/** What came of a call: a whole reply, or a stream that went through the relay. */
export type CallResult =
  | { readonly _tag: "Whole"; readonly reply: UpstreamReply }
  | { readonly _tag: "Streamed"; readonly relay: StreamRelay }

type Resume = (effect: Effect.Effect<CallResult, CompletionError>) => void

const isEventStream = (headers: IncomingHttpHeaders): boolean =>
  headers["content-type"]?.startsWith("text/event-stream") ?? false

/** Receives one upstream answer: event streams go through `relay` where there is one, all else is collected. */
class Receiver implements Dispatcher.DispatchHandler {
  controller: Dispatcher.DispatchController | undefined
  readonly #resume: Resume
  readonly #relay: StreamRelay | undefined
  readonly #whole: NodeJS.Timeout
  readonly #idleMs: number
  #idle: NodeJS.Timeout | undefined
  readonly #chunks: Array<Buffer> = []
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #relaying = false
  #finished = false

  constructor(resume: Resume, relay: StreamRelay | undefined, { idleTimeoutMs, timeoutMs }: Upstream) {
    this.#resume = resume
    this.#relay = relay
    this.#idleMs = idleTimeoutMs
    this.#whole = setTimeout(() => {
      this.#fail(new CompletionError({ reason: "timeout", detail: `no whole answer in ${timeoutMs} ms` }))
    }, timeoutMs)
    // The head of an answer that is not streamed comes only when the whole answer is ready.
    if (relay !== undefined) this.#watchIdle()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    if (this.#finished) controller.abort(new Error("cancelled"))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    this.#watchIdle()
    this.#relaying = this.#relay !== undefined && status === 200 && isEventStream(headers)
    if (this.#relaying) this.#relay!.begin(headers, controller)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#finished) return
    this.#watchIdle()
    if (!this.#relaying) {
      this.#chunks.push(chunk)
      return
    }
    const failure = this.#relay!.data(chunk)
    if (failure !== undefined) this.#fail(failure)
  }

  onResponseEnd(): void {
    if (!this.#relaying) {
      const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
      this.#finish(Effect.succeed({ _tag: "Whole", reply: { status: this.#status, headers: this.#headers, body } }))
      return
    }
    const failure = this.#relay!.end()
    this.#finish(failure === undefined ? this.#streamed() : Effect.fail(failure))
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    // After [DONE] nothing is missing, however the connection ends.
    if (this.#relaying && this.#relay!.done) this.#finish(this.#streamed())
    else this.#finish(Effect.fail(transportError(error, this.#status === 0 ? "headers" : "body")))
  }

  /** Ends the call at once, for example because the client left. */
  cancel(): void {
    this.#stop()
    this.controller?.abort(new Error("cancelled"))
  }

  #stop(): void {
    clearTimeout(this.#whole)
    clearTimeout(this.#idle)
    this.#finished = true
  }

  /** Starts to wait for the next byte. While the client is too slow to take more, the upstream is not to blame. */
  #watchIdle(): void {
    if (this.#idle !== undefined) {
      this.#idle.refresh()
      return
    }
    this.#idle = setTimeout(() => {
      if (this.controller?.paused === true) return this.#watchIdle()
      const reason = this.#status === 0 ? "timeout" : "stalled"
      this.#fail(new CompletionError({ reason, detail: `no byte in ${this.#idleMs} ms` }))
    }, this.#idleMs)
  }

  #streamed(): Effect.Effect<CallResult> {
    return Effect.succeed({ _tag: "Streamed", relay: this.#relay! })
  }

  #fail(failure: CompletionError): void {
    this.#finish(Effect.fail(failure))
    this.controller?.abort(failure)
  }

  #finish(result: Effect.Effect<CallResult, CompletionError>): void {
    if (this.#finished) return
    this.#stop()
    this.#resume(result)
  }
}

/**
 * Sends a request to an upstream. Interruption cancels it at the upstream, too.
 *
 * @param headers client headers to send along, names and values in turn
 * @param relay takes an event stream as it comes; where left out the answer is always collected
 */
export const callUpstream = (
  upstream: Upstream,
  body: Buffer,
  headers: ReadonlyArray<string>,
  relay?: StreamRelay
): Effect.Effect<CallResult, CompletionError> =>
  Effect.callback<CallResult, CompletionError>((resume) => {
    const receiver = new Receiver(resume, relay, upstream)
    upstream.pool.dispatch({
      method: "POST",
      path: upstream.path,
      headers: [...upstream.headers, ...headers],
      body
    }, receiver)
    return Effect.sync(() => receiver.cancel())
  })
