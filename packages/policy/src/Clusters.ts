import { type Cluster, UNTASKED } from "@spillway/domain"
import { type Contribution, largest } from "./Contribution.ts"
import { makeWordReader, WORD_IDS } from "./features/WordSet.ts"
import { demand, demandDistinct } from "./Refuse.ts"
import type { RequestView } from "./RequestView.ts"
import { decodeFloat32 } from "./scorers/LinearHead.ts"

/** Clusters that a request may be put in at most. */
export const MOST_CLUSTERS = 256

/** Which cluster a request without a task belongs to, and by which words. */
export interface ClusterExplanation {
  /** The cluster, by the task that it stands for. */
  readonly task: string
  /** Sum of the weights of the request's words, divided by the root of their number. */
  readonly score: number
  /** The words that tell most for it, `instructions:` before those of the instructions. */
  readonly words: ReadonlyArray<Contribution>
  /** The next best; null where no word tells for another. */
  readonly runner_up: { readonly task: string; readonly score: number } | null
}

/** The clusters of a routing table, ready to assign requests. */
export interface Clusters {
  /** The cluster of a request with these words, {@link UNTASKED} where none of them tells for one. */
  readonly taskOfWords: (words: Uint16Array) => string
  /** The view with its cluster for a task, where it has none; otherwise the view itself. */
  readonly assign: (view: RequestView) => RequestView
  /** Undefined where the request has a task, or no cluster. `top` bounds the words listed. */
  readonly explain: (view: RequestView, top: number) => ClusterExplanation | undefined
}

/** Encodes word ids as base64 of little-endian uint16. */
export const encodeWordIds = (ids: ArrayLike<number>): string => {
  const bytes = Buffer.alloc(ids.length * 2)
  for (let i = 0; i < ids.length; i++) bytes.writeUInt16LE(ids[i]!, i * 2)
  return bytes.toString("base64")
}

const decodeWordIds = (base64: string): Uint16Array | undefined => {
  const bytes = Buffer.from(base64, "base64")
  if (bytes.length % 2 !== 0 || bytes.toString("base64") !== base64) return undefined
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(i * 2))
}

interface Posting {
  readonly cluster: number
  readonly weight: number
}

const decode = (clusters: ReadonlyArray<Cluster>): ReadonlyArray<ReadonlyArray<Posting>> => {
  demand(clusters.length <= MOST_CLUSTERS, "clusters", `${clusters.length} clusters, at most ${MOST_CLUSTERS}`)
  demandDistinct(clusters.map(({ task }) => task), (i) => `clusters[${i}].task`)
  const byWord: Array<Array<Posting>> = Array.from({ length: WORD_IDS }, () => [])
  for (const [i, { weights: base64, words }] of clusters.entries()) {
    const field = `clusters[${i}]`
    const ids = decodeWordIds(words), weights = decodeFloat32(base64)
    demand(ids !== undefined, `${field}.words`, "not base64 of little-endian uint16 values")
    demand(weights !== undefined, `${field}.weights`, "not base64 of finite little-endian float32 values")
    demand(weights.length === ids.length, `${field}.weights`, `${weights.length} weights for ${ids.length} words`)
    for (let j = 0; j < ids.length; j++) {
      demand(ids[j]! < WORD_IDS, `${field}.words`, `no word has the number ${ids[j]}`)
      demand(j === 0 || ids[j]! > ids[j - 1]!, `${field}.words`, "words do not ascend")
      byWord[ids[j]!]!.push({ cluster: i, weight: weights[j]! })
    }
  }
  return byWord
}

/**
 * Compiles the clusters of a table; throws `BadInput` that names the field that is wrong.
 *
 * A request belongs to the cluster with the greatest sum of the weights of its words (the first of equals), where that is
 * above zero: the nearest of truncated centroids by cosine, as weights hold the words' rarity twice and the length of the
 * request is the same for all.
 */
export const compileClusters = (clusters: ReadonlyArray<Cluster>): Clusters => {
  const byWord = decode(clusters)
  /** Entries of word `id` are `from[id]` to `from[id + 1]`. */
  const from = new Uint32Array(WORD_IDS + 1)
  byWord.forEach((postings, id) => from[id + 1] = from[id]! + postings.length)
  const entries = byWord.flat()
  const clusterOf = Uint8Array.from(entries, ({ cluster }) => cluster)
  const weightOf = Float32Array.from(entries, ({ weight }) => weight)
  const scores = new Float64Array(clusters.length)
  const reader = makeWordReader()

  const score = (words: Uint16Array) => {
    scores.fill(0)
    for (let k = 0; k < words.length; k++) {
      for (let e = from[words[k]!]!, end = from[words[k]! + 1]!; e < end; e++) scores[clusterOf[e]!]! += weightOf[e]!
    }
  }
  /** The cluster of the greatest score above zero but for one; -1 where there is none. */
  const best = (but = -1) => {
    let at = -1, most = 0
    for (let c = 0; c < scores.length; c++) {
      if (c !== but && scores[c]! > most) {
        at = c
        most = scores[c]!
      }
    }
    return at
  }
  const taskOfWords = (words: Uint16Array): string => {
    score(words)
    const at = best()
    return at < 0 ? UNTASKED : clusters[at]!.task
  }

  return {
    taskOfWords,
    assign: (view) => view.task === UNTASKED ? { ...view, task: taskOfWords(reader.read(view)) } : view,
    explain: (view, top) => {
      if (view.task !== UNTASKED) return undefined
      const words = reader.read(view)
      score(words)
      const at = best(), second = best(at)
      if (at < 0) return undefined
      const per = 1 / Math.sqrt(words.length)
      const told = Array.from(words, (id, k): [string, number] => {
        const { weight } = byWord[id]!.find(({ cluster }) => cluster === at) ?? { weight: 0 }
        return [`${id >= WORD_IDS / 2 ? "instructions:" : ""}${reader.word(k)}`, weight * per]
      })
      const of = (c: number) => ({ task: clusters[c]!.task, score: scores[c]! * per })
      return { ...of(at), words: largest(told, top).contributions, runner_up: second < 0 ? null : of(second) }
    }
  }
}
