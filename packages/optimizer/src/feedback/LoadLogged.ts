import { BadInput, type EmbeddingModel, type Failure, type Outcome, type Request, RoutingTable } from "@spillway/domain"
import { chooseShare, compile, type Policy, requestView, type Session } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Option, Schema, Stream } from "effect"
import { advance, type Draw, type LoggedAnswer, type LoggedRequest } from "./LoggedRequest.ts"
import { type PlansApart, plansApart } from "./PlansApart.ts"
import { vectorHad } from "./VectorHad.ts"

/** How the proxy routed a request, in its metadata. */
const Routing = Schema.Struct({
  spillway: Schema.Struct({
    propensity: Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1)),
    table: Schema.optionalKey(Schema.String),
    point: Schema.optionalKey(Schema.String),
    result: Schema.optionalKey(Schema.String),
    /** How it came by its vector; absent where the drawn plan reads none. */
    embedding: Schema.optionalKey(Schema.String)
  })
})
type Routing = typeof Routing.Type["spillway"]
const decodeRouting = Schema.decodeUnknownOption(Routing)
const decodeTable = Schema.decodeUnknownOption(Schema.fromJsonString(RoutingTable))

/** Served traffic whose routing is known. */
export interface LoggedTraffic {
  /** Aligned with `logged`. */
  readonly requests: ReadonlyArray<Request>
  readonly logged: ReadonlyArray<LoggedRequest>
  /** What was set aside, and why. */
  readonly warnings: ReadonlyArray<string>
}

/** A table that served requests. */
interface Served {
  readonly policy: Policy
  readonly plans: PlansApart
}

/**
 * Reads served requests with the answers that their paths revealed.
 *
 * Where the routing table that served a request is stored or given, its plans are known, and with them the probability of every
 * path. Otherwise `propensity` has to be the probability of calling exactly the tiers that have outcomes. Set aside are
 * requests that no table routed, that did not complete, and of whose path a grade, a cost or an outcome is missing, or
 * the vector that a plan of the draw had or would have had.
 *
 * @param estimated the embedding model of the table that is to be estimated, whose vectors the views have
 */
export const loadLogged = Effect.fnUntraced(function*(
  where: string | undefined,
  given: ReadonlyMap<string, RoutingTable>,
  estimated: EmbeddingModel | undefined
): Effect.fn.Return<LoggedTraffic, BadInput | Failure, Store> {
  const store = yield* Store
  const tables = yield* servedTables(given)
  const setAside = new Map<string, number>()
  const aside = (reason: string) => void setAside.set(reason, (setAside.get(reason) ?? 0) + 1)
  const routed: Array<{ readonly request: Request; readonly routing: Routing }> = []
  yield* Stream.runForEach(store.requests({ where }), (chunk) =>
    Effect.sync(() => {
      for (const request of chunk) {
        const routing = Option.getOrUndefined(decodeRouting(request.metadata))?.spillway
        if (routing === undefined) aside("have no propensity in their metadata")
        else if (routing.result !== undefined && routing.result !== "complete") aside("did not complete")
        else routed.push({ request, routing })
      }
    }))
  const byChance = routed.filter(({ routing }) => routing.point !== undefined || routing.propensity < 1)
  // Without any routed request, those that passed through are kept to tell that nothing was left to chance.
  const used = byChance.length === 0 ? routed : byChance
  if (used.length < routed.length) setAside.set("asked for a tier by its name", routed.length - used.length)
  const answers = yield* answersOf(store, where, new Set(used.map(({ request }) => request.request_id)))

  const vectors = vectorsOf(store, where)
  const estimatedVectors = estimated && (yield* vectors(estimated))
  const requests: Array<Request> = [], logged: Array<LoggedRequest> = []
  let contradicted = 0
  for (const { request, routing } of used) {
    const asked = requestView(request)
    const served = routing.table === undefined ? undefined : tables(routing.table)
    const read = served && vectorHad(asked, routing, served.policy)
    const vector = read && (yield* vectors(read)).get(request.request_id)
    if (read !== undefined && vector === undefined) {
      aside(`lack the vector of ${read.model} that plans of their point read (run "spillway embed")`)
      continue
    }
    const draw = yield* Effect.try({
      try: () => drawOf({ ...asked, vector }, routing, served),
      catch: (error) => error
    }).pipe(Effect.catch((error) => error instanceof BadInput ? Effect.fail(error) : Effect.die(error)))
    if (draw === undefined) {
      contradicted += 1
      continue
    }
    const found = answers.get(request.request_id) ?? new Map<string, LoggedAnswer>()
    const path = draw._tag === "Path" ? found : pathOf(draw.plans[draw.drawn]!.begin(), found)
    if (path === undefined || path.size === 0) aside("lack an outcome on their path")
    else if ([...path.values()].some(({ quality }) => Number.isNaN(quality))) aside("lack a grade on their path")
    else if ([...path.values()].some(({ costUsd }) => Number.isNaN(costUsd))) aside("lack a cost on their path")
    else {
      requests.push(request)
      logged.push({
        view: { ...asked, vector: estimatedVectors?.get(request.request_id) },
        answers: path,
        draw
      })
    }
  }
  if (contradicted > 0) {
    return yield* new BadInput({
      source: "metadata.spillway",
      problem: `${contradicted} requests have a propensity that is not that of the table and point they name`,
      mend: "Import the logs as the proxy wrote them, or leave these requests out with --where"
    })
  }
  return {
    requests,
    logged,
    warnings: [...setAside].map(([reason, n]) => `${n} requests are left out: they ${reason}`)
  }
})

/** The routing tables that are given or stored, by SHA-256, compiled when first asked for. */
const servedTables = Effect.fnUntraced(function*(given: ReadonlyMap<string, RoutingTable>) {
  const store = yield* Store
  const rows = yield* store.query("SELECT sha256, json::VARCHAR AS json FROM tables")
  const texts = new Map(rows.map((row) => [String(row["sha256"]), String(row["json"])]))
  const compiled = new Map<string, Served | undefined>()
  return (sha256: string): Served | undefined => {
    if (!compiled.has(sha256)) {
      const table = given.get(sha256) ?? Option.getOrUndefined(decodeTable(texts.get(sha256)))
      compiled.set(sha256, table && { policy: compile(table), plans: plansApart(table) })
    }
    return compiled.get(sha256)
  }
})

/** Vectors of an embedding model by request, read once. */
const vectorsOf = (store: Store["Service"], where: string | undefined) => {
  const read = new Map<string, ReadonlyMap<string, Float32Array>>()
  return Effect.fnUntraced(function*(of: EmbeddingModel) {
    const key = `${of.max_chars} ${of.model}`
    const known = read.get(key)
    if (known !== undefined) return known
    const ids: Array<string> = [], vectors = new Map<string, Float32Array>()
    yield* Stream.runForEach(store.requests({ where }), (chunk) =>
      Effect.sync(() => {
        for (const request of chunk) ids.push(request.request_id)
      }))
    yield* Stream.runForEach(
      store.vectors(of, { where }),
      ({ row, vector }) => Effect.sync(() => row.forEach((r, j) => vectors.set(ids[r]!, vector[j]!)))
    )
    read.set(key, vectors)
    return vectors
  })
}

/** Undefined where log and table contradict each other. */
const drawOf = (
  view: LoggedRequest["view"],
  { point, propensity }: Routing,
  table: Served | undefined
): Draw | undefined => {
  if (table === undefined || point === undefined) return { _tag: "Path", propensity }
  const shares = table.plans.shares(point)
  if (shares === undefined) return undefined
  const chosen = table.policy.choose(view, point).propensity
  if (Math.abs(chosen - propensity) > 1e-6) return undefined
  const drawn = chooseShare(shares, view.request_id, point)
  const plan = (share: number, i: number) => ({ share, begin: () => table.plans.begin(view, point, i) })
  // A task with a plan of its own is certain of it, whatever the point mixes.
  return chosen === 1
    ? { _tag: "Plans", plans: [plan(1, drawn)], drawn: 0 }
    : { _tag: "Plans", plans: shares.map(({ share }, i) => plan(share, i)), drawn }
}

/** The answers that a session calls for, in order; undefined where one was not recorded. */
const pathOf = (
  begun: Session,
  answers: ReadonlyMap<string, LoggedAnswer>
): ReadonlyMap<string, LoggedAnswer> | undefined => {
  const path = new Map<string, LoggedAnswer>()
  let session: Session | undefined = begun
  while (session !== undefined && session.decision._tag === "Call") {
    const { tier } = session.decision
    const answer = answers.get(tier)
    if (answer === undefined) return undefined
    path.set(tier, answer)
    session = advance(session, answer)
  }
  return path
}

/** Outcomes with their grades, by request and tier. An answer whose text was not recorded cannot be followed. */
const answersOf = Effect.fnUntraced(function*(
  store: Store["Service"],
  where: string | undefined,
  wanted: ReadonlySet<string>
) {
  const matrix = yield* store.matrix({ where })
  const rowOf = new Map(matrix.requestIds.map((id, row) => [id, row]))
  const answers = new Map<string, Map<string, LoggedAnswer>>()
  const keep = (outcome: Outcome) => {
    const { error, output, request_id, tier } = outcome
    if (!wanted.has(request_id) || (output === undefined && error === undefined)) return
    const k = matrix.tiers.indexOf(tier), row = rowOf.get(request_id)!
    const answer = { outcome, quality: matrix.quality[k]![row]!, costUsd: outcome.cost_usd ?? NaN }
    const byTier = answers.get(request_id)
    if (byTier === undefined) answers.set(request_id, new Map([[tier, answer]]))
    else byTier.set(tier, answer)
  }
  yield* Stream.runForEach(store.outcomes({ where }), (chunk) => Effect.sync(() => chunk.forEach(keep)))
  return answers
})
