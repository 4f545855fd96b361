import { AGREEMENT, type BadInput, type Certificate, type Failure, JUDGE } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect, Option, Schema, Stream } from "effect"
import type { Dataset } from "../data/Dataset.ts"

/** Who graded what, where not all grades are sure. Columns by tier of the data, then row. */
export interface GradeSources {
  /** What the data's quality is. */
  readonly labels: Exclude<Certificate["labels"], "graded">
  /** Sure grades; NaN where there is none. */
  readonly gold: ReadonlyArray<Float64Array>
  /** The judge's grade (or agreement), and the sure one where no judge was asked. */
  readonly judged: ReadonlyArray<Float64Array>
  /** 1 where a judge was asked. */
  readonly asked: ReadonlyArray<Float64Array>
}

const StoredGrade = Schema.Struct({
  request_id: Schema.String,
  tier: Schema.String,
  grader: Schema.String,
  quality: Schema.Finite,
  effective: Schema.Boolean
})
const decodeGrade = Schema.decodeUnknownOption(StoredGrade)

const isOpinion = (grader: string): boolean => grader === JUDGE || grader === AGREEMENT

/**
 * Reads who graded the answers of a dataset; undefined where the quality of all of them is sure. Graders named `judge` and
 * `agreement` give opinions, all others sure grades. Of several opinions on one answer, or several sure grades, the one
 * that is the answer's quality counts, else the last by its grader's name.
 */
export const gradeSources = Effect.fnUntraced(function*(
  data: Pick<Dataset, "n" | "tiers" | "requestIds">
): Effect.fn.Return<GradeSources | undefined, BadInput | Failure, Store> {
  const store = yield* Store
  const opinions = yield* store.query(
    "SELECT DISTINCT tier FROM grades WHERE effective AND grader IN ($judge, $agreement)",
    { judge: JUDGE, agreement: AGREEMENT }
  )
  if (!opinions.some((row) => data.tiers.includes(row["tier"] as string))) return undefined
  const rowOf = new Map(data.requestIds.map((id, row) => [id, row]))
  const column = () => new Float64Array(data.n).fill(NaN)
  const gold = data.tiers.map(column), judged = data.tiers.map(column)
  const asked = data.tiers.map(() => new Float64Array(data.n))
  let judge = 0, agreement = 0
  const read = (stored: unknown) => {
    const grade = Option.getOrUndefined(decodeGrade(stored))
    if (grade === undefined) return
    const row = rowOf.get(grade.request_id), k = data.tiers.indexOf(grade.tier)
    if (row === undefined || k < 0) return
    if (!isOpinion(grade.grader)) {
      gold[k]![row] = grade.quality
      return
    }
    judged[k]![row] = grade.quality
    asked[k]![row] = 1
    if (grade.effective && grade.grader === JUDGE) judge += 1
    if (grade.effective && grade.grader === AGREEMENT) agreement += 1
  }
  yield* store.streamQuery("SELECT request_id, tier, grader, quality, effective FROM grades ORDER BY effective, grader")
    .pipe(Stream.runForEach((rows) => Effect.sync(() => rows.forEach(read))))
  if (judge + agreement === 0) return undefined
  judged.forEach((of, k) => {
    for (let row = 0; row < data.n; row++) if (asked[k]![row] === 0) of[row] = gold[k]![row]!
  })
  return { labels: agreement > 0 ? "agreement_with_flagship" : "judged", gold, judged, asked }
})
