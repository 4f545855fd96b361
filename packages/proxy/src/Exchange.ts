import { type LogEmbedding, type LogRecord, UNTASKED } from "@spillway/domain"
import type { Session } from "@spillway/policy"
import { decodeRequestId } from "@spillway/providers"
import { Effect } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Attempt } from "./Attempt.ts"
import type { JsonBody } from "./ChatBody.ts"
import type { ProxyContext } from "./ProxyContext.ts"
import type { ActiveTable } from "./TableFile.ts"
import type { Upstream } from "./Upstream.ts"

/** How a request ended. */
export type Result =
  | "complete"
  /** The request was wrong, by the proxy's or the upstream's judgement. */
  | "rejected"
  /** No tier answered, or the stream broke off. */
  | "upstream_failed"
  | "client_disconnected"
  /** The grace period of a shutdown ended before the answer did. */
  | "shut_down"
  /** A defect of the proxy itself. */
  | "internal_error"

/** The status that is logged where the client left before it saw one, as nginx does. */
const CLIENT_CLOSED_REQUEST = 499
const NO_TIER = "none"
const NO_POINT = "none"
const REQUEST_ID = /^[\x21-\x7e]{1,200}$/

/** One request under way: what is known of it so far, for headers, log and metrics. */
export class Exchange {
  readonly context: ProxyContext
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly startedAt: number
  readonly attempts: Array<Attempt> = []
  /** The request's body, from the moment it is known to be a JSON object. */
  body: JsonBody | undefined
  table: ActiveTable | undefined
  session: Session | undefined
  /** How it came by its vector; undefined where its decision reads none. */
  embedding: LogEmbedding | undefined
  /** Milliseconds from the request's arrival to the first byte of its reply's body. */
  firstByteMs: number | undefined
  clientLeft = false
  readonly #ts: number
  #decisionMs = 0
  #settled = false

  constructor(context: ProxyContext, request: IncomingMessage, response: ServerResponse) {
    this.context = context
    this.request = request
    this.response = response
    this.startedAt = context.nowMs()
    this.#ts = context.wallMs()
    const given = request.headers["x-request-id"]
    this.requestId = typeof given === "string" && REQUEST_ID.test(given)
      ? decodeRequestId(given)
      : context.newRequestId()
  }

  get task(): string {
    const header = this.request.headers[this.context.taskHeader]
    if (typeof header === "string" && header !== "") return header
    const metadata = this.body?.json["metadata"] as { readonly task?: unknown } | null | undefined
    return typeof metadata?.task === "string" && metadata.task !== "" ? metadata.task : UNTASKED
  }

  begin(upstream: Upstream): Attempt {
    const attempt = new Attempt(upstream, this.context.nowMs())
    this.attempts.push(attempt)
    return attempt
  }

  /** Runs a decision of the policy on the clock. */
  decide<S extends Session | undefined>(step: () => S): S {
    const start = this.context.nowMs()
    const session = step()
    this.#decisionMs += this.context.nowMs() - start
    if (session !== undefined) this.session = session
    return session
  }

  /** Hands a tier's whole answer to the policy, and keeps the test that it made. */
  tested(attempt: Attempt, session: Session): Session {
    const { finish_reason, output, signals } = attempt.answer()!
    const next = this.decide(() => session.answered({ output, finish_reason, signals }))
    attempt.test = next.tests[session.tests.length]
    return next
  }

  /** US dollars of all attempts and of the vector; undefined where one of them is unknown. */
  get costUsd(): number | undefined {
    return this.attempts.reduce<number | undefined>((sum, attempt) => {
      const cost = attempt.costUsd
      return sum === undefined || cost === undefined ? undefined : sum + cost
    }, this.embedding === undefined ? 0 : this.embedding.cost_usd)
  }

  markFirstByte(): void {
    this.firstByteMs ??= this.context.nowMs() - this.startedAt
  }

  /**
   * Counts the request and writes its log record, before the reply's last byte. Only the first call counts. Requests
   * whose body could not be read as a JSON object leave no record.
   */
  settle(result: Result, status: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#settled) return Effect.void
      this.#settled = true
      this.#count(result)
      return this.body === undefined ? Effect.void : this.context.log.append(this.#line(this.body, result, status))
    })
  }

  /** The same for a request that was interrupted. */
  get settleInterrupted(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const status = this.response.headersSent ? this.response.statusCode : CLIENT_CLOSED_REQUEST
      return this.settle(this.clientLeft ? "client_disconnected" : "shut_down", status)
    })
  }

  #line({ json, text }: JsonBody, result: Result, status: number): string {
    const now = this.context.nowMs()
    const record: Omit<LogRecord, "request"> = {
      format: "spillway.log/1",
      request_id: this.requestId,
      ts: new Date(this.#ts).toISOString(),
      task: this.task,
      ...(this.table === undefined ? {} : { table: this.table.sha256 }),
      ...(this.session === undefined ? {} : { point: this.session.point }),
      ...(this.session === undefined || this.session.task === this.task ? {} : { cluster: this.session.task }),
      propensity: this.session?.propensity ?? 1,
      ...(this.embedding === undefined ? {} : { embedding: this.embedding }),
      attempts: this.attempts.map((attempt) => attempt.toLog(now)),
      result,
      status,
      stream: json["stream"] === true,
      latency_ms: now - this.startedAt,
      ...(this.firstByteMs === undefined ? {} : { ttft_ms: this.firstByteMs })
    }
    // The client's own text, unless it has line breaks: writing it anew would double the cost of the line.
    const request = /[\n\r]/.test(text) ? JSON.stringify(json) : text
    return `${JSON.stringify(record).slice(0, -1)},"request":${request}}`
  }

  #count(result: Result): void {
    const { metrics, nowMs } = this.context
    const tier = this.attempts.find(({ accepted }) => accepted)?.upstream.tier.name ?? NO_TIER
    const point = this.session?.point ?? NO_POINT
    metrics.request(1, tier, point, result)
    metrics.latencySeconds((nowMs() - this.startedAt) / 1000, tier, point)
    if (this.firstByteMs !== undefined) metrics.ttftSeconds(this.firstByteMs / 1000, tier, point)
    if (this.session !== undefined) metrics.decisionSeconds(this.#decisionMs / 1000, point)
    for (const attempt of this.attempts) {
      const { name } = attempt.upstream.tier
      const cost = attempt.costUsd
      metrics.attempt(1, name, attempt.error?.reason ?? (attempt.endedAt === undefined ? "cancelled" : "answered"))
      if (cost !== undefined) metrics.costUsd(cost, name)
      else if (attempt.error === undefined) metrics.unpriced(1, name)
      if (attempt.test !== undefined && !attempt.accepted && attempt.error === undefined) metrics.escalation(1, name)
    }
  }
}
