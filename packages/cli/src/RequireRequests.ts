import { BadInput } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect, Stream } from "effect"

/**
 * Fails where a command would have no request to work on, and says whether the database or the condition, by its `flag`, is
 * why.
 */
export const requireRequests = Effect.fnUntraced(function*(where: string | undefined, flag = "--where") {
  const store = yield* Store
  const first = yield* Stream.runHead(store.requests({ where, limit: 1 }))
  if (first._tag === "Some") return
  const { requests } = yield* store.counts
  return yield* requests === 0
    ? new BadInput({
      source: "database",
      problem: "it holds no requests",
      mend: "Run \"spillway import FILE...\" first, or name another database with --db"
    })
    : new BadInput({
      source: flag,
      problem: requests === 1
        ? "the one stored request is not selected"
        : `none of the ${requests} stored requests is selected`,
      mend: "Loosen the condition",
      usage: true
    })
})
