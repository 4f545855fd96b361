import { importFiles } from "@spillway/ingest"
import { layerMemory } from "@spillway/store"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Dataset } from "../../src/data/Dataset.ts"
import { loadDataset } from "../../src/data/LoadDataset.ts"

/** Where the recorded data lies. */
export const recordedFolder = process.env["SPILLWAY_DATA"] ??
  fileURLToPath(new URL("../../../../../shared/data", import.meta.url))

/** Recorded sets of requests with the answers of many tiers. */
export type RecordedSet = "mmlu-pro" | "bfcl"

const filesOf = (set: RecordedSet) =>
  ["outcomes.jsonl.gz", "requests.jsonl.gz"].map((file) => join(recordedFolder, set, file))

export const hasRecorded = (set: RecordedSet): boolean => filesOf(set).every((file) => existsSync(file))

const loaded = new Map<RecordedSet, Promise<Dataset>>()

/** All requests of a set on all of its tiers, cheapest first; loaded once in a thread. */
export const loadRecorded = (set: RecordedSet): Promise<Dataset> => {
  const load = () =>
    Effect.runPromise(
      importFiles(filesOf(set)).pipe(
        Effect.andThen(loadDataset({})),
        Effect.map(({ data }) => data),
        Effect.provide(layerMemory, { local: true })
      )
    )
  const data = loaded.get(set) ?? load()
  loaded.set(set, data)
  return data
}
