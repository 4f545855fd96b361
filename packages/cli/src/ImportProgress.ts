import type { ImportProgress } from "@spillway/ingest"
import { basename } from "node:path"
import { counted, percent } from "./Output.ts"
import { progressLine } from "./ProgressLine.ts"

/** Imports that are over sooner say nothing but their result. */
const QUIET_MS = 1_000

/** How far an import is, on standard error. */
export const importProgress = () =>
  progressLine(({ bytes, path, records, totalBytes }: ImportProgress) => {
    const share = bytes === undefined || totalBytes === 0 ? "" : `, ${percent(bytes / totalBytes, 0)} of the file`
    return `import ${basename(path)}: ${counted(records, "record")}${share}`
  }, QUIET_MS)
