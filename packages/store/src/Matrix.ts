import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { doublesOf, integersOf } from "./ColumnData.ts"
import { inTiers, tierIndex } from "./Select.ts"
import type { Selected } from "./Selections.ts"
import { eachChunk, literal, readRows } from "./Sql.ts"
import type { OutcomeMatrix } from "./Store.ts"

const orNaN = (expression: string) => `coalesce(${expression}, 'nan'::DOUBLE)`

/** One Float64Array per tier, made full of NaN when its first value comes. */
class Columns {
  readonly byTier: Array<Float64Array | undefined>
  readonly #rows: number
  constructor(tiers: number, rows: number) {
    this.byTier = Array.from({ length: tiers }, () => undefined)
    this.#rows = rows
  }
  /** `values[j]` belongs to row `row[j]` of tier `tier[j]`. */
  scatter(row: Int32Array, tier: Int32Array, values: Float64Array) {
    for (let j = 0; j < values.length; j++) {
      const value = values[j]!
      if (Number.isNaN(value)) continue
      const column = this.byTier[tier[j]!] ??= new Float64Array(this.#rows).fill(Number.NaN)
      column[row[j]!] = value
    }
  }
  get full(): ReadonlyArray<Float64Array> {
    return this.byTier.map((column) => column ?? new Float64Array(this.#rows).fill(Number.NaN))
  }
}

const readNames = (connection: DuckDBConnection, doing: string, sql: string) =>
  Effect.map(readRows(connection, doing, sql), (rows) => rows.map((row) => row["name"] as string))

/** Reads the outcomes of the selected requests into typed arrays. */
export const readMatrix = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  { grades, outcomes, requests }: Selected,
  wanted: ReadonlyArray<string> | undefined
) {
  const doing = "reading the outcomes"
  const [count] = yield* readRows(connection, doing, `SELECT count(*)::INTEGER AS n FROM ${requests}`)
  const rows = Number(count!["n"])
  const tiers = wanted ?? (yield* readNames(
    connection,
    doing,
    `SELECT DISTINCT o.tier AS name FROM ${outcomes} o UNION SELECT DISTINCT g.tier FROM ${grades} g ORDER BY name`
  ))
  const signalNames = yield* readNames(
    connection,
    doing,
    `SELECT DISTINCT unnest(map_keys(o.signals)) AS name FROM ${outcomes} o
     WHERE ${inTiers("o", tiers)} ORDER BY name`
  )

  const requestIds: Array<string> = []
  const tasks: Array<string> = []
  const taskIndex = new Map<string, number>()
  const task = new Uint32Array(rows)
  const ts = new Float64Array(rows)
  yield* eachChunk(
    connection,
    doing,
    `SELECT s.request_id, r.task, ${orNaN("epoch_us(r.ts) / 1000")} AS ts
     FROM ${requests} s JOIN requests r USING (request_id) ORDER BY s.row`,
    (chunk) => {
      const from = requestIds.length
      const ids = chunk.getColumnValues(0) as Array<string>
      const names = chunk.getColumnValues(1) as Array<string>
      ts.set(doublesOf(chunk, 2), from)
      for (let j = 0; j < ids.length; j++) {
        requestIds.push(ids[j]!)
        let index = taskIndex.get(names[j]!)
        if (index === undefined) {
          index = tasks.push(names[j]!) - 1
          taskIndex.set(names[j]!, index)
        }
        task[from + j] = index
      }
    }
  )

  const columnsOf = (expressions: ReadonlyArray<string>, table: string, condition: string) =>
    Effect.gen(function*() {
      const columns = expressions.map(() => new Columns(tiers.length, rows))
      if (tiers.length === 0) return columns
      yield* eachChunk(
        connection,
        doing,
        `SELECT o.row, t.k, ${expressions.map(orNaN).join(", ")} FROM ${table} o
         JOIN ${tierIndex(tiers)} USING (tier) WHERE ${condition}`,
        (chunk) => {
          const row = integersOf(chunk, 0)
          const tier = integersOf(chunk, 1)
          columns.forEach((column, c) => column.scatter(row, tier, doublesOf(chunk, c + 2)))
        }
      )
      return columns
    })
  const [cost, latency, ...signals] = yield* columnsOf(
    ["o.cost_usd", "o.latency_ms", ...signalNames.map((name) => `o.signals[${literal(name)}]`)],
    outcomes,
    "true"
  )
  const [quality] = yield* columnsOf(["o.quality"], grades, "o.effective")
  return {
    tiers,
    requestIds,
    tasks,
    task,
    ts,
    quality: quality!.full,
    costUsd: cost!.full,
    latencyMs: latency!.full,
    signals: new Map(
      signalNames.map((name, i) => [name, signals[i]!.byTier] as const).filter(([, byTier]) =>
        byTier.some((column) => column !== undefined)
      )
    )
  } satisfies OutcomeMatrix
})
