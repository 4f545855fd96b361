import { Context } from "effect"
import { randomUUID } from "node:crypto"
import type { ClientKeys } from "./ClientKeys.ts"
import type { ProxyMetrics } from "./ProxyMetrics.ts"
import type { RequestEmbedder } from "./RequestEmbedder.ts"
import type { SegmentLog } from "./SegmentLog.ts"
import type { TableSource } from "./TableFile.ts"
import type { Upstream } from "./Upstream.ts"

/** Makes identifiers for requests whose client sends none. */
export const RequestIds = Context.Reference<() => string>("@spillway/proxy/RequestIds", {
  defaultValue: () => randomUUID
})

/** What all requests share. */
export interface ProxyContext {
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly tables: TableSource
  /** Undefined where the table that was there at the start reads no vectors. */
  readonly embedder: RequestEmbedder | undefined
  readonly log: SegmentLog
  readonly metrics: ProxyMetrics
  readonly clientKeys: ClientKeys
  /** Lower-case name of the request header that names the task. */
  readonly taskHeader: string
  readonly maxBodyBytes: number
  readonly newRequestId: () => string
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** Milliseconds of a monotonic clock, with fractions. */
  readonly nowMs: () => number
  readonly draining: () => boolean
}
