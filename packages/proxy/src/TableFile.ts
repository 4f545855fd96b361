import { BadInput, type Config, embeddingModel, RoutingTable, type TableTier, type Tier } from "@spillway/domain"
import { compile, type Policy } from "@spillway/policy"
import { Effect, Schema, SchemaIssue, type Scope } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { isDeepStrictEqual } from "node:util"
import type { ProxyMetrics } from "./ProxyMetrics.ts"

/** A routing table in service. */
export interface ActiveTable {
  /** SHA-256 of the file's bytes in hexadecimal. */
  readonly sha256: string
  readonly policy: Policy
  /** Tiers whose answers are judged by token log-probabilities, which must be asked for. */
  readonly logprobTiers: ReadonlySet<string>
}

/** Where the proxy gets the table that decides the next request. */
export interface TableSource {
  readonly current: () => ActiveTable
  /** Why the newest version of the file was refused; undefined while the newest is in service. */
  readonly refused: () => string | undefined
}

const LOGPROB_INPUT = /^signal:(lp_|margin_|n_low$)/
const decode = Schema.decodeUnknownResult(RoutingTable)
const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const fieldOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((key, i) => typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`).join("")

const refuse = (source: string, problem: string, field?: string): BadInput =>
  new BadInput({
    source,
    ...(field === undefined || field === "" ? {} : { field }),
    problem,
    mend: "Write the table again with `spillway optimize`"
  })

const sameTier = (calibrated: TableTier, configured: Tier): boolean =>
  (calibrated.model === undefined || calibrated.model === configured.model) &&
  isDeepStrictEqual(calibrated.settings ?? {}, configured.settings ?? {})

const checkTiers = (table: RoutingTable, config: Config, source: string): void => {
  for (const [i, calibrated] of table.tiers.entries()) {
    const configured = config.tiers.find(({ name }) => name === calibrated.name)
    if (configured === undefined) {
      throw refuse(source, `the configuration has no tier called ${calibrated.name}`, `tiers[${i}].name`)
    }
    if (!sameTier(calibrated, configured)) {
      throw refuse(source, `${calibrated.name} was calibrated with another model or other settings`, `tiers[${i}]`)
    }
  }
}

/** Refuses a table that reads vectors which the configured embedding model does not make. */
const checkEmbedding = ({ features: { embedding } }: RoutingTable, config: Config, source: string): void => {
  if (embedding === undefined) return
  const configured = config.embeddings && embeddingModel(config.embeddings).model
  if (configured === embedding.model) return
  throw new BadInput({
    source,
    field: "features.embedding.model",
    problem: configured === undefined
      ? `the table reads vectors of ${embedding.model}, and the configuration has no \`embeddings\``
      : `the table reads vectors of ${embedding.model}, and the configuration makes those of ${configured}`,
    mend: "Configure that model in `embeddings`, or write the table again with `spillway optimize`"
  })
}

/** Reads a table. Throws `BadInput` where it cannot be served. */
export const parseTable = (bytes: Buffer, config: Config, source: string): ActiveTable => {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString())
  } catch (error) {
    throw refuse(source, `it is not valid JSON (${(error as Error).message})`)
  }
  const decoded = decode(json)
  if (decoded._tag === "Failure") {
    const issue = issuesOf(decoded.failure.issue).issues[0]!
    throw refuse(source, issue.message, fieldOf((issue.path ?? []) as ReadonlyArray<PropertyKey>))
  }
  const table = decoded.success
  checkTiers(table, config, source)
  checkEmbedding(table, config, source)
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    policy: compile(table),
    logprobTiers: new Set(
      table.acceptors.filter(({ inputs }) => inputs.some(({ name }) => LOGPROB_INPUT.test(name))).map(({ tier }) =>
        tier
      )
    )
  }
}

const load = (file: string, config: Config): ActiveTable => {
  let bytes: Buffer
  try {
    bytes = fs.readFileSync(file)
  } catch (error) {
    throw refuse(file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    return parseTable(bytes, config, file)
  } catch (error) {
    throw error instanceof BadInput ? error : refuse(file, (error as Error).message)
  }
}

/** What changes when a file is written or replaced. */
const signature = (file: string): string => {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
}

/**
 * Serves a table file and follows its changes: a good new version takes over between two requests, a bad one is
 * refused and the old one stays. Watches the directory, because editors and `optimize` replace the file, and looks
 * every `pollMs` in case the file system sends no events.
 *
 * @param hasEmbedder whether a new version may read vectors
 */
export const watchTable = Effect.fnUntraced(function*(
  file: string,
  config: Config,
  metrics: ProxyMetrics,
  pollMs: number,
  hasEmbedder: () => boolean
): Effect.fn.Return<TableSource, BadInput, Scope.Scope> {
  let seen = signature(file)
  let refused: string | undefined
  let active = yield* Effect.try({ try: () => load(file, config), catch: (error) => error as BadInput })
  metrics.tableReload(1, "loaded")
  const services = yield* Effect.context<never>()
  const reload = () => {
    const now = signature(file)
    if (now === seen) return
    seen = now
    try {
      const next = load(file, config)
      if (next.policy.predictor.embedding !== undefined && !hasEmbedder()) {
        throw new BadInput({
          source: file,
          problem: "the table reads vectors, and the embedding model is made ready only at the start",
          mend: "Start the proxy again"
        })
      }
      active = next
      refused = undefined
      metrics.tableReload(1, "loaded")
      Effect.runForkWith(services)(Effect.logInfo(`serving routing table ${active.sha256}`))
    } catch (error) {
      refused = (error as BadInput).message
      metrics.tableReload(1, "refused")
      Effect.runForkWith(services)(Effect.logError(`routing table refused, the old one stays: ${refused}`))
    }
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const watcher = fs.watch(path.dirname(file), (_event, name) => {
        if (name === null || name === path.basename(file)) reload()
      })
      // Without events (a network file system, no watches left) polling alone must do.
      watcher.on("error", () => watcher.close())
      const timer = setInterval(reload, pollMs)
      return { watcher, timer }
    }),
    ({ timer, watcher }) =>
      Effect.sync(() => {
        clearInterval(timer)
        watcher.close()
      })
  )
  return { current: () => active, refused: () => refused }
})
