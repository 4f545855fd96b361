import { BadInput, type Failure } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect } from "effect"
import type { Dataset } from "../data/Dataset.ts"

/** Recorded outcomes of a tier that only some requests were sent to. Columns by row of the data; NaN where unknown. */
export interface Audits {
  readonly tier: string
  readonly quality: Float64Array
  readonly costUsd: Float64Array
  /** Rows with a grade, ascending. */
  readonly rows: Uint32Array
}

/** Fewer say too little of a tier: its mean quality would be off by more than a tenth. */
const LEAST_AUDITS = 50

/** Reads the audits of a tier on the requests of a dataset. Fails with {@link BadInput} where they are too few. */
export const readAudits = Effect.fnUntraced(function*(
  data: Dataset,
  tier: string,
  where: string | undefined
): Effect.fn.Return<Audits, BadInput | Failure, Store> {
  const store = yield* Store
  const matrix = yield* store.matrix({ where, tiers: [tier] })
  const at = new Map(matrix.requestIds.map((id, i) => [id, i]))
  const column = (values: Float64Array) => Float64Array.from(data.requestIds, (id) => values[at.get(id)!] ?? NaN)
  const quality = column(matrix.quality[0]!), costUsd = column(matrix.costUsd[0]!)
  const rows = Uint32Array.from({ length: data.n }, (_, row) => row).filter((row) => !Number.isNaN(quality[row]!))
  if (rows.length < LEAST_AUDITS) {
    return yield* new BadInput({
      source: "--new-tier",
      problem:
        `"${tier}" is graded on ${rows.length} of the requests that all other tiers are graded on; at least ${LEAST_AUDITS} are needed`,
      mend: "Replay and grade it on about 200 of them, drawn at random"
    })
  }
  if (!rows.some((row) => !Number.isNaN(costUsd[row]!))) {
    return yield* new BadInput({
      source: "--new-tier",
      problem: `no outcome of "${tier}" has a cost, and an unknown cost is not zero`,
      mend: "Give the tier a price in spillway.yaml and replay it, or import costs with the outcomes"
    })
  }
  return { tier, quality, costUsd, rows }
})
