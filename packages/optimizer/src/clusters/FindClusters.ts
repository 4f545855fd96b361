import type { Cluster } from "@spillway/domain"
import { encodeFloat32, encodeWordIds, WORD_IDS } from "@spillway/policy"
import { type WordSets, wordsOf } from "../data/WordSets.ts"
import { everyNth } from "../fit/EveryNth.ts"
import { clusterNames, type WeightedWord } from "./ClusterNames.ts"
import { sphericalKMeans, type UnitRows } from "./SphericalKMeans.ts"

/** More requests than this do not move a cluster. */
const MOST_REQUESTS = 5_000
/** A cluster of fewer of these requests says too little of a kind of work. */
export const LEAST_REQUESTS = 50
/** A word that stands in fewer requests, or in a smaller share of them, tells a request, not a kind of work. */
const LEAST_STANDING = 3
const LEAST_SHARE = 0.001
/** Words by which a cluster is told. On MMLU-Pro 256 put 92 % of the requests where all of the words put them, 128 put 87 %. */
const MOST_WORDS = 256

/**
 * Finds clusters of alike requests by their words, without looking at any grade: spherical k-means on the distinct words,
 * those of the instructions apart, weighted by their rarity (inverse document frequency). All words of a request make one
 * vector: the instructions lead where they differ from application to application, and fall away where they are the same
 * for all, as common words weigh nothing. (Instructions and text as two vectors of equal length find the weekday, where a
 * date in the instructions is all that differs.) A cluster is told by the words that weigh most in its centroid.
 *
 * @param requests positions in `sets`, one of each near-duplicate group, in any order
 * @param k clusters at most
 * @returns fewer than two clusters are none
 */
export const findClusters = (
  sets: WordSets,
  requests: Uint32Array,
  k: number,
  seed: number
): ReadonlyArray<Cluster> => {
  const used = everyNth(requests, MOST_REQUESTS)
  const { rarity, rows, vocabulary } = unitRows(sets, used)
  const { centroids, clusters } = sphericalKMeans(rows, k, LEAST_REQUESTS, seed)
  if (clusters < 2) return []
  const told = Array.from(
    { length: clusters },
    (_, c): ReadonlyArray<WeightedWord> =>
      Array.from(vocabulary, (id, j) => ({ id, weight: rarity[j]! * centroids[j * clusters + c]! }))
        .filter(({ weight }) => weight > 0)
        .toSorted((a, b) => b.weight - a.weight || a.id - b.id)
        .slice(0, MOST_WORDS)
  )
  const names = clusterNames(told, sets.names)
  return told.map((words, c) => {
    const ascending = words.toSorted((a, b) => a.id - b.id)
    return {
      task: names[c]!,
      words: encodeWordIds(ascending.map(({ id }) => id)),
      weights: encodeFloat32(ascending.map(({ weight }) => weight))
    }
  })
}

/** The requests as unit vectors of their words' rarities; requests without a word that tells anything are left out. */
const unitRows = (sets: WordSets, requests: Uint32Array) => {
  const standing = new Uint32Array(WORD_IDS)
  for (const i of requests) for (const id of wordsOf(sets, i)) standing[id]! += 1
  const least = Math.max(LEAST_STANDING, LEAST_SHARE * requests.length)
  const tells = (count: number) => count >= least && count < requests.length
  const vocabulary = Uint32Array.from(standing.keys()).filter((id) => tells(standing[id]!))
  const rarity = Float64Array.from(vocabulary, (id) => Math.log(requests.length / standing[id]!))
  const columnOfId = new Int32Array(WORD_IDS).fill(-1)
  vocabulary.forEach((id, j) => columnOfId[id] = j)
  const offsets = [0], columnOf: Array<number> = [], values: Array<number> = []
  for (const i of requests) {
    const columns = Array.from(wordsOf(sets, i), (id) => columnOfId[id]!).filter((j) => j >= 0).toSorted((a, b) =>
      a - b
    )
    if (columns.length === 0) continue
    const length = Math.sqrt(columns.reduce((sum, j) => sum + rarity[j]! ** 2, 0))
    for (const j of columns) {
      columnOf.push(j)
      values.push(rarity[j]! / length)
    }
    offsets.push(columnOf.length)
  }
  const rows: UnitRows = {
    n: offsets.length - 1,
    columns: vocabulary.length,
    offsets: Uint32Array.from(offsets),
    columnOf: Uint32Array.from(columnOf),
    values: Float64Array.from(values)
  }
  return { rarity, rows, vocabulary }
}
