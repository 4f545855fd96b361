import { type Cluster, UNTASKED } from "@spillway/domain"
import { compileClusters } from "@spillway/policy"
import type { Dataset } from "../data/Dataset.ts"
import { wordsOf } from "../data/WordSets.ts"

/**
 * The data with a cluster for the task of every request that the application gave none, as the policy assigns it; with no
 * clusters, with the tasks as they were given. Throws `BadInput` where clusters cannot be compiled.
 */
export const assignClusters = (data: Dataset, clusters: ReadonlyArray<Cluster> = []): Dataset => {
  const { words } = data
  if (words === undefined) return data
  const { taskOfWords } = compileClusters(clusters)
  const taskNames = [...data.taskNames]
  const indexOf = new Map(taskNames.map((name, index) => [name, index]))
  for (const name of [UNTASKED, ...clusters.map(({ task }) => task)]) {
    if (!indexOf.has(name)) indexOf.set(name, taskNames.push(name) - 1)
  }
  const task = data.task.slice()
  words.rows.forEach((row, i) => task[row] = indexOf.get(taskOfWords(wordsOf(words, i)))!)
  return { ...data, taskNames, task, headTask: undefined }
}
