import { denseFeatures, denseNames, type Hasher, makeHasher, requestChars, type RequestView } from "@spillway/policy"
import { type SparseRows, SparseRowsBuilder } from "../fit/SparseRows.ts"
import { NearDuplicates } from "./NearDuplicates.ts"
import { type WordSets, WordSetsBuilder } from "./WordSets.ts"

/** What is known of requests by their text. */
export interface RequestFeatures {
  /** Hashed n-grams of each request. */
  readonly hashed: SparseRows
  /** Row-major, raw, in the order of `denseNames`. */
  readonly dense: Float64Array<ArrayBuffer>
  /** Characters of each request's text. */
  readonly chars: Float64Array<ArrayBuffer>
  /** Near-duplicate group of each request. */
  readonly group: Uint32Array<ArrayBuffer>
  /** Of the requests without a task; undefined where there are none. */
  readonly words: WordSets | undefined
}

/** The features of requests that are given one after the other. Holds no text. */
export class RequestColumns {
  private readonly dense: Float64Array<ArrayBuffer>
  private readonly chars: Float64Array<ArrayBuffer>
  private readonly hasher: Hasher
  private readonly builder: SparseRowsBuilder
  private readonly duplicates = new NearDuplicates()
  private readonly words: WordSetsBuilder
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
    this.words = new WordSetsBuilder(n)
  }

  add(view: RequestView): void {
    const i = this.added++
    this.builder.add(this.hasher.hash(view.text, view.system))
    denseFeatures(view, this.dense, i * denseNames.length)
    this.chars[i] = requestChars(view)
    this.duplicates.add(view.text)
    this.words.add(view)
  }

  finish(): RequestFeatures {
    return {
      hashed: this.builder.finish(),
      dense: this.dense,
      chars: this.chars,
      group: this.duplicates.groups(),
      words: this.words.finish()
    }
  }
}
