import type { BadInput, EmbeddingModel, Failure } from "@spillway/domain"
import { type Selection, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import type { EmbeddingColumns } from "./EmbeddingColumns.ts"

/**
 * Reads an embedding model's vectors of some of the selected requests; undefined where none has one. Says in `warnings` how
 * many have none.
 *
 * @param slot position of each selected request among the `n` that are wanted, -1 for others
 */
export const loadVectors = Effect.fnUntraced(function*(
  of: EmbeddingModel,
  selection: Selection,
  slot: Int32Array,
  n: number,
  warnings: Array<string>
): Effect.fn.Return<EmbeddingColumns | undefined, BadInput | Failure, Store> {
  const store = yield* Store
  const { dimensions, mean_usd } = yield* store.embedded(of, selection)
  const vectors = new Float32Array(n * dimensions), present = new Uint8Array(n)
  let found = 0
  yield* Stream.runForEach(store.vectors(of, selection), ({ row, vector }) =>
    Effect.sync(() => {
      for (let j = 0; j < row.length; j++) {
        const i = slot[row[j]!]!
        if (i < 0) continue
        vectors.set(vector[j]!, i * dimensions)
        present[i] = 1
        found += 1
      }
    }))
  if (found < n) {
    warnings.push(
      `${n - found} of ${n} requests have no vector of ${of.model}${
        found === 0 ? ", so none is read" : ", and count as the mean of the others"
      }; run "spillway embed"`
    )
  }
  if (found > 0 && mean_usd === null) {
    warnings.push(`what vectors of ${of.model} cost is unknown, so costs leave it out`)
  }
  const { max_chars, model } = of
  return found === 0 ? undefined : { model, max_chars, dimensions, vectors, present, usd: mean_usd ?? undefined }
})
