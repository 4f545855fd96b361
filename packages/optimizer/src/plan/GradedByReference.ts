import { type BadInput, type Failure, NEED_NO_REFERENCE } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect } from "effect"

/** Share of a task's grades that go by a reference; below 1, as a grade may be imported. */
const NEARLY_ALL = 0.95
/** Fewer grades may all have a reference by chance. */
const LEAST = 10

/**
 * The tasks whose requests cannot be graded without a reference, by what is graded of them: the configuration, which says
 * so, is not the optimizer's to read. A failed answer is graded whether there is a reference or not, so it tells nothing.
 */
export const gradedByReference = Effect.fnUntraced(function*(): Effect.fn.Return<
  ReadonlySet<string>,
  BadInput | Failure,
  Store
> {
  const store = yield* Store
  const rows = yield* store.query(
    `SELECT task FROM grades g JOIN requests r USING (request_id) LEFT JOIN outcomes o USING (request_id, tier)
     WHERE g.effective AND o.error IS NULL GROUP BY task HAVING count(*) >= ${LEAST} AND
       avg((r.reference IS NOT NULL AND g.grader NOT IN (${
      NEED_NO_REFERENCE.map((name) => `'${name}'`).join(", ")
    }))::INTEGER)
         >= ${NEARLY_ALL}`
  )
  return new Set(rows.map((row) => row["task"] as string))
})
