import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import type { Dataset } from "../../src/data/Dataset.ts"
import { recordedFolder } from "./RecordedData.ts"

const folder = join(recordedFolder, "streaming-cascades")
const CHEAP_USD = 1
const DEAR_USD = 10

/** Names of the sets of binary labels that are present. */
export const streamingSets = (): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder).filter((file) => file.endsWith(".csv.gz")).map((file) => file.slice(0, -".csv.gz".length))
      .toSorted()
    : []

/**
 * A set as two tiers without text: the proxy says true where its probability is at least one half and is graded against
 * the oracle, which is always right and costs ten times as much. The proxy's only signal is max(p, 1 - p), as it was
 * recorded: in IMDB it is badly calibrated.
 */
export const loadStreaming = (set: string): Dataset => {
  const lines = gunzipSync(readFileSync(join(folder, `${set}.csv.gz`))).toString().trim().split("\n").slice(1)
  const n = lines.length
  const right = new Float64Array(n), confidence = new Float64Array(n)
  lines.forEach((line, i) => {
    const [probability, label] = line.trim().split(",")
    const p = Number(probability)
    right[i] = (p >= 0.5) === (label === "true") ? 1 : 0
    confidence[i] = Math.max(p, 1 - p)
  })
  const all = (value: number) => new Float64Array(n).fill(value)
  return {
    n,
    tiers: ["proxy", "oracle"],
    flagship: 1,
    requestIds: Array.from({ length: n }, (_, i) => `${set}-${i}`),
    taskNames: [""],
    task: new Uint32Array(n),
    ts: all(NaN),
    quality: [right, all(1)],
    costUsd: [all(CHEAP_USD), all(DEAR_USD)],
    latencyMs: [all(NaN), all(NaN)],
    hashBits: 1,
    hashed: {
      n,
      columns: 2,
      offsets: new Float64Array(n + 1),
      indices: new Uint32Array(0),
      values: new Float32Array(0)
    },
    dense: new Float64Array(0),
    denseNames: [],
    chars: all(1),
    group: Uint32Array.from({ length: n }, (_, i) => i),
    evidence: [{ names: ["signal:confidence"], columns: [confidence] }, { names: [], columns: [] }],
    agreement: [[], [all(NaN)]]
  }
}
