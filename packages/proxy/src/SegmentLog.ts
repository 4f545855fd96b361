import { Failure } from "@spillway/domain"
import { Clock, Effect, type Scope } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { ProxyMetrics } from "./ProxyMetrics.ts"

/** When an open segment is closed. */
export interface SegmentLimits {
  /** Bytes after which a segment is closed. */
  readonly maxBytes: number
  /** Milliseconds after its first record. */
  readonly maxAgeMs: number
}

export const DEFAULT_SEGMENT_LIMITS: SegmentLimits = { maxBytes: 64 * 1024 * 1024, maxAgeMs: 3_600_000 }

const PROBE = Buffer.alloc(4096, "\n")

interface Segment {
  readonly fd: number
  readonly path: string
  readonly openedAt: number
  /** Bytes of whole records; a torn write is cut back to here. */
  size: number
}

interface Waiting {
  readonly line: string
  readonly resume: (written: boolean) => void
}

/**
 * The request log: append-only NDJSON files `spillway-<start ms>-<pid>-<sequence>.ndjson`, renamed to `.closed.ndjson`
 * when they are full or old.
 *
 * A record is handed to the operating system before its request's reply ends, so a killed process loses none. Records
 * of one turn of the event loop are written by one call. The call is synchronous, as in other servers' access logs: it
 * copies into the page cache, which is quicker than a round trip to a thread.
 */
export class SegmentLog {
  /** Why the last write failed; undefined while all is well. */
  problem: string | undefined
  readonly #directory: string
  readonly #limits: SegmentLimits
  readonly #metrics: ProxyMetrics
  readonly #now: () => number
  readonly #startedAt: number
  #sequence = 0
  #segment: Segment | undefined
  #waiting: Array<Waiting> = []

  constructor(directory: string, limits: SegmentLimits, metrics: ProxyMetrics, now: () => number) {
    this.#directory = directory
    this.#limits = limits
    this.#metrics = metrics
    this.#now = now
    this.#startedAt = now()
  }

  /**
   * Writes one record, a line of JSON; done when the operating system has it. Gives false, and never fails, where it
   * could not.
   */
  append(record: string): Effect.Effect<boolean> {
    return Effect.callback<boolean>((resume) => {
      this.#waiting.push({ line: `${record}\n`, resume: (written) => resume(Effect.succeed(written)) })
      if (this.#waiting.length === 1) setImmediate(() => this.#commit())
    })
  }

  /** Whether records can be written now: after a failure, tries a block of the size that file systems give out. */
  get writable(): boolean {
    if (this.problem !== undefined) {
      this.#attempt(() => {
        const segment = this.#open()
        this.#writeAll(segment, PROBE)
        fs.ftruncateSync(segment.fd, segment.size)
      })
    }
    return this.problem === undefined
  }

  /** Closes the open segment where it is older than allowed. */
  closeIfOld(): void {
    if (this.#segment !== undefined && this.#now() - this.#segment.openedAt >= this.#limits.maxAgeMs) this.close()
  }

  /** Closes the open segment; the next record opens another. */
  close(): void {
    const segment = this.#segment
    this.#segment = undefined
    if (segment === undefined) return
    this.#attempt(() => {
      fs.closeSync(segment.fd)
      if (segment.size === 0) fs.unlinkSync(segment.path)
      else fs.renameSync(segment.path, segment.path.replace(/\.ndjson$/, ".closed.ndjson"))
    })
  }

  #commit(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const bytes = Buffer.from(waiting.length === 1 ? waiting[0]!.line : waiting.map(({ line }) => line).join(""))
    const written = this.#attempt(() => this.#write(bytes))
    if (written) this.#metrics.logBytes(bytes.length)
    else this.#metrics.logLost(waiting.length)
    for (const { resume } of waiting) resume(written)
  }

  #write(bytes: Buffer): void {
    const segment = this.#open()
    this.#writeAll(segment, bytes)
    segment.size += bytes.length
    if (segment.size >= this.#limits.maxBytes) this.close()
    else this.closeIfOld()
  }

  #writeAll(segment: Segment, bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length;) done += fs.writeSync(segment.fd, bytes, done)
    } catch (error) {
      // Half a record would spoil the line after it.
      fs.ftruncateSync(segment.fd, segment.size)
      throw error
    }
  }

  #open(): Segment {
    if (this.#segment !== undefined) return this.#segment
    const file = path.join(this.#directory, `spillway-${this.#startedAt}-${process.pid}-${this.#sequence++}.ndjson`)
    this.#segment = { fd: fs.openSync(file, "ax"), path: file, openedAt: this.#now(), size: 0 }
    return this.#segment
  }

  #attempt(action: () => void): boolean {
    try {
      action()
      this.problem = undefined
      return true
    } catch (error) {
      this.problem = (error as NodeJS.ErrnoException).code ?? (error as Error).name
      this.#metrics.logErrors(1)
      return false
    }
  }
}

/** Opens the log in a directory, which is made where it is missing, and closes it with the scope. */
export const makeSegmentLog = Effect.fnUntraced(function*(
  directory: string,
  limits: SegmentLimits,
  metrics: ProxyMetrics
): Effect.fn.Return<SegmentLog, Failure, Scope.Scope> {
  const clock = yield* Clock.Clock
  yield* Effect.try({
    try: () => {
      fs.mkdirSync(directory, { recursive: true })
      fs.accessSync(directory, fs.constants.W_OK)
    },
    catch: (cause) =>
      new Failure({
        doing: `opening the request log in ${directory}`,
        problem: (cause as NodeJS.ErrnoException).code ?? "it cannot be written",
        mend: "Make it a directory that this user may write, or name another as `proxy.logs`",
        cause
      })
  })
  const log = new SegmentLog(directory, limits, metrics, () => clock.currentTimeMillisUnsafe())
  yield* Effect.acquireRelease(
    Effect.sync(() => setInterval(() => log.closeIfOld(), Math.min(limits.maxAgeMs, 60_000)).unref()),
    (timer) =>
      Effect.sync(() => {
        clearInterval(timer)
        log.close()
      })
  )
  return log
})
