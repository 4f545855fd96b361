import { Failure } from "@spillway/domain"
import { Effect } from "effect"
import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import { dirname } from "node:path"

/** Writes a file whole or not at all: beside it first, then renamed over it. */
export const writeFileWhole = (path: string, text: string): Effect.Effect<void, Failure> =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(dirname(path), { recursive: true })
      const beside = `${path}.${process.pid}.tmp`
      try {
        await writeFile(beside, text)
        await rename(beside, path)
      } catch (error) {
        await rm(beside, { force: true })
        throw error
      }
    },
    catch: (cause) =>
      new Failure({
        doing: `writing ${path}`,
        problem: String((cause as Error).message),
        mend: "Check the folder and its rights"
      })
  })
