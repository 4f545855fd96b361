import { BadInput } from "@spillway/domain"
import { Effect } from "effect"
import { accessSync, constants, readdirSync, statSync } from "node:fs"
import { join } from "node:path"

/** A file to import. */
export interface InputFile {
  readonly path: string
  readonly size: number
}

const named = /\.(?:jsonl|ndjson|csv|parquet|json)(?:\.gz|\.zst)?$/i

const wrong: Readonly<Record<string, readonly [problem: string, mend: string]>> = {
  ENOENT: ["no such file", "Check the path"],
  EACCES: ["permission denied", "Give read access to the file"]
}

const filesAt = (path: string): ReadonlyArray<InputFile> => {
  try {
    const status = statSync(path)
    if (!status.isDirectory()) {
      accessSync(path, constants.R_OK)
      return [{ path, size: status.size }]
    }
    const names = readdirSync(path).filter((name) => named.test(name)).toSorted()
    return names.flatMap((name) => filesAt(join(path, name)))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const [problem, mend] = wrong[code ?? ""] ?? [message, "Check the path"]
    throw new BadInput({ source: path, problem, mend })
  }
}

/** The files of the paths, in the order given; a directory stands for its log files by name. */
export const inputFiles = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<InputFile>, BadInput> =>
  Effect.try({ try: () => paths.flatMap(filesAt), catch: (cause) => cause as BadInput }).pipe(
    Effect.filterOrFail(
      (files) => files.length > 0,
      () =>
        new BadInput({
          source: paths.join(", ") || "import",
          problem: "no files to import",
          mend: "Give files of JSON Lines, CSV or Parquet, or a directory that holds some"
        })
    )
  )
