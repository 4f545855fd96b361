import type { Request } from "@spillway/domain"
import { denseFeatures, denseNames, type Hasher, makeHasher, requestChars, requestView } from "@spillway/policy"
import { type SparseRows, SparseRowsBuilder } from "../fit/SparseRows.ts"
import { NearDuplicates } from "./NearDuplicates.ts"

/** The features of requests that are given one after the other. Holds no text. */
export class RequestColumns {
  /** Row-major, raw, in the order of `denseNames`. */
  readonly dense: Float64Array
  /** Characters of each request's text. */
  readonly chars: Float64Array
  private readonly hasher: Hasher
  private readonly builder: SparseRowsBuilder
  private readonly duplicates = new NearDuplicates()
  private added = 0

  /**
   * @param n how many requests will be added
   * @param hashBits buckets for n-grams as a power of two
   */
  constructor(n: number, hashBits: number) {
    this.dense = new Float64Array(n * denseNames.length)
    this.chars = new Float64Array(n)
    this.hasher = makeHasher(hashBits)
    this.builder = new SparseRowsBuilder(2 ** hashBits, n)
  }

  add(request: Request): void {
    const i = this.added++
    const view = requestView(request)
    this.builder.add(this.hasher.hash(view.text, view.system))
    denseFeatures(view, this.dense, i * denseNames.length)
    this.chars[i] = requestChars(view)
    this.duplicates.add(view.text)
  }

  /** Hashed n-grams of each request. */
  get hashed(): SparseRows {
    return this.builder.finish()
  }

  /** Near-duplicate group of each request. */
  get groups(): Uint32Array {
    return this.duplicates.groups()
  }
}
