import { Context, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"

const seconds = (start: number, count: number) => Metric.exponentialBoundaries({ start, factor: 2, count })

const requests = Metric.counter("spillway_requests_total", {
  incremental: true,
  description: "Finished chat completion requests by tier that answered, operating point and result"
})
const attempts = Metric.counter("spillway_attempts_total", {
  incremental: true,
  description: "Upstream calls by tier and result"
})
const escalations = Metric.counter("spillway_escalations_total", {
  incremental: true,
  description: "Answers that were not accepted, by the tier that gave them"
})
const cost = Metric.counter("spillway_cost_usd_total", {
  incremental: true,
  description: "US dollars of upstream calls whose price and usage are known, by tier"
})
const unpriced = Metric.counter("spillway_unpriced_attempts_total", {
  incremental: true,
  description: "Upstream answers whose cost is unknown, by tier"
})
const latency = Metric.histogram("spillway_request_seconds", {
  boundaries: seconds(0.005, 16),
  description: "Seconds from the request's arrival to the end of its reply"
})
const ttft = Metric.histogram("spillway_ttft_seconds", {
  boundaries: seconds(0.005, 14),
  description: "Seconds from the request's arrival to the first byte of the reply's body"
})
const decision = Metric.histogram("spillway_decision_seconds", {
  boundaries: seconds(0.000_01, 14),
  description: "Seconds of CPU that the policy took for one request, all its decisions together"
})
const embeddings = Metric.counter("spillway_embeddings_total", {
  incremental: true,
  description: "Requests that were to be decided by their vector, by how they came by it or not"
})
const embeddingTime = Metric.histogram("spillway_embedding_seconds", {
  boundaries: seconds(0.000_5, 14),
  description: "Seconds that a decision waited for the request's vector"
})
const embeddingCost = Metric.counter("spillway_embedding_cost_usd_total", {
  incremental: true,
  description: "US dollars of embedding calls whose price and tokens are known"
})
const inFlight = Metric.gauge("spillway_requests_in_flight", { description: "Requests that have no whole reply yet" })
const logBytes = Metric.counter("spillway_log_bytes_total", {
  incremental: true,
  description: "Bytes of request log handed to the operating system"
})
const logErrors = Metric.counter("spillway_log_errors_total", {
  incremental: true,
  description: "Failed writes of the request log"
})
const logLost = Metric.counter("spillway_log_records_lost_total", {
  incremental: true,
  description: "Requests that were answered although their log record could not be written"
})
const tableReloads = Metric.counter("spillway_table_reloads_total", {
  incremental: true,
  description: "Changes of the routing table file by result: loaded or refused"
})

/** A metric whose labelled series are made once: finding them again must not cost the hot path an allocation. */
const labelled = <Labels extends ReadonlyArray<string>>(
  metric: Metric.Metric<number, unknown>,
  context: Context.Context<never>,
  names: Labels
) => {
  const series = new Map<string, Metric.Metric<number, unknown>>()
  return (amount: number, ...labels: { readonly [K in keyof Labels]: string }) => {
    const key = labels.join("\0")
    let one = series.get(key)
    if (one === undefined) {
      one = Metric.withAttributes(metric, Object.fromEntries(names.map((name, i) => [name, labels[i]!])))
      series.set(key, one)
    }
    one.updateUnsafe(amount, context)
  }
}

/** The proxy's own metrics, in a registry of their own. */
export const makeProxyMetrics = () => {
  const context = Context.make(Metric.MetricRegistry, new Map()) as Context.Context<never>
  const plain = (metric: Metric.Metric<number, unknown>) => labelled(metric, context, [] as const)
  return {
    request: labelled(requests, context, ["tier", "point", "result"] as const),
    attempt: labelled(attempts, context, ["tier", "result"] as const),
    escalation: labelled(escalations, context, ["tier"] as const),
    costUsd: labelled(cost, context, ["tier"] as const),
    unpriced: labelled(unpriced, context, ["tier"] as const),
    latencySeconds: labelled(latency, context, ["tier", "point"] as const),
    ttftSeconds: labelled(ttft, context, ["tier", "point"] as const),
    decisionSeconds: labelled(decision, context, ["point"] as const),
    embedding: labelled(embeddings, context, ["result"] as const),
    embeddingSeconds: plain(embeddingTime),
    embeddingCostUsd: plain(embeddingCost),
    inFlight: plain(inFlight),
    logBytes: plain(logBytes),
    logErrors: plain(logErrors),
    logLost: plain(logLost),
    tableReload: labelled(tableReloads, context, ["result"] as const),
    /** Prometheus text format. */
    text: (): string => PrometheusMetrics.formatUnsafe(context)
  }
}
export type ProxyMetrics = ReturnType<typeof makeProxyMetrics>
