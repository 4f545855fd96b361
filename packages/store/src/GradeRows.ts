import type { DuckDBConnection } from "@duckdb/node-api"
import type { Failure, Grade } from "@spillway/domain"
import { Effect } from "effect"
import { outcomeKey } from "./OutcomeRows.ts"
import { run } from "./Sql.ts"
import type { Written } from "./Store.ts"
import { lastOfEachKey, merge, stage, stagedTable, type Target } from "./Upsert.ts"

/** The grader of a quality that came with a log. */
export const IMPORTED = "imported"

interface GradeRow {
  readonly row: Grade
  /** Whether this grade is the outcome's quality. */
  readonly effective: boolean
}

const gradeTarget: Target<GradeRow> = {
  table: "grades",
  key: ["request_id", "tier", "grader"],
  columns: [
    { name: "request_id", type: "VARCHAR", of: ({ row }) => row.request_id },
    { name: "tier", type: "VARCHAR", of: ({ row }) => row.tier },
    { name: "grader", type: "VARCHAR", of: ({ row }) => row.grader },
    { name: "quality", type: "DOUBLE", of: ({ row }) => row.quality },
    { name: "evidence", type: "VARCHAR", of: ({ row }) => row.evidence },
    { name: "effective", type: "BOOLEAN", of: ({ effective }) => effective }
  ],
  derived: ["effective"]
}

/** Grades as rows with distinct keys; of one outcome's, the last that is not imported is effective. */
const gradeRows = (grades: ReadonlyArray<Grade>): ReadonlyArray<GradeRow> => {
  const distinct = lastOfEachKey(
    grades,
    (grade) => `${grade.tier}\u0000${grade.grader}`,
    (grade) => grade.request_id
  )
  // The usual case: one grader, so no grade stands against another.
  if (distinct.every((grade) => grade.grader === distinct[0]!.grader)) {
    return distinct.map((row) => ({ row, effective: true }))
  }
  const effective = new Map<string, Grade>()
  for (const grade of distinct) {
    const key = outcomeKey(grade)
    if (grade.grader !== IMPORTED || !effective.has(key)) effective.set(key, grade)
  }
  return distinct.map((row) => ({ row, effective: effective.get(outcomeKey(row)) === row }))
}

const staged = stagedTable(gradeTarget)
const sameOutcome = "stored.request_id = staged.request_id AND stored.tier = staged.tier"

/** Settles which grades are effective where other graders have graded the staged outcomes before. */
const settle = Effect.fnUntraced(function*(connection: DuckDBConnection) {
  const doing = "writing grades"
  const others = yield* run(
    connection,
    doing,
    `SELECT 1 FROM ${staged} AS staged JOIN grades AS stored ON ${sameOutcome} AND stored.grader <> staged.grader LIMIT 1`
  )
  if (others.rowCount === 0) return
  yield* run(
    connection,
    doing,
    `UPDATE ${staged} AS staged SET effective = false FROM grades AS stored
     WHERE staged.effective AND staged.grader = '${IMPORTED}' AND stored.grader <> '${IMPORTED}' AND ${sameOutcome}`
  )
  yield* run(
    connection,
    doing,
    `UPDATE grades AS stored SET effective = (stored.grader = staged.grader) FROM ${staged} AS staged
     WHERE staged.effective AND ${sameOutcome}`
  )
})

/**
 * Merges grades and keeps exactly one grade of each outcome `effective`: the one written last by a grader other than
 * `imported`, or the imported one where there is no other. A transaction must be open.
 */
export const mergeGrades = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  grades: ReadonlyArray<Grade>
): Effect.fn.Return<Written, Failure> {
  yield* stage(connection, gradeTarget, gradeRows(grades))
  yield* settle(connection)
  return yield* merge(connection, gradeTarget)
})
