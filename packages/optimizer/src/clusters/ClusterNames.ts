import { UNTASKED } from "@spillway/domain"

/** Words in a name. */
const WORDS = 3
/** The words of greatest weight that a name is made of; beyond, a cluster has too few words to be named by. */
const CONSIDERED = 50
const LEAST_LETTERS = 3

/** A word by its id, with its weight for a cluster. */
export interface WeightedWord {
  readonly id: number
  readonly weight: number
}

/**
 * Names clusters by the words that tell them best, as tasks below that of requests without a task:
 * `untasked.refund-invoice-order`. A word stands in one name only, that of the cluster which it weighs most for; a cluster
 * without such words has a number.
 *
 * @param told words of each cluster, heaviest first
 * @param names by id the word; empty where unknown
 */
export const clusterNames = (
  told: ReadonlyArray<ReadonlyArray<WeightedWord>>,
  names: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const heaviest = new Map<string, number>()
  for (const words of told) {
    for (const { id, weight } of words) heaviest.set(names[id]!, Math.max(weight, heaviest.get(names[id]!) ?? 0))
  }
  const taken = new Set<string>()
  return told.map((words, c) => {
    const own = words.slice(0, CONSIDERED)
      .filter(({ id, weight }) => isTelling(names[id]!) && weight === heaviest.get(names[id]!))
      .map(({ id }) => names[id]!)
    const distinct = [...new Set(own)].filter((word) => !taken.has(word)).slice(0, WORDS)
    for (const word of distinct) taken.add(word)
    return `${UNTASKED}.${distinct.length === 0 ? `cluster-${c + 1}` : distinct.join("-")}`
  })
}

/** Letters of any script; a number or a short word tells a reader little. */
const isTelling = (word: string): boolean => {
  const letters = word.match(/\p{L}/gu)?.length ?? 0
  return letters === word.length && (letters >= LEAST_LETTERS || word.charCodeAt(0) >= 0x2e80)
}
