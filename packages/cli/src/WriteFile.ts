import { BadInput, Failure } from "@spillway/domain"
import { Effect } from "effect"
import { statSync } from "node:fs"
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
    catch: notWritten(path)
  })

/** Why a file or folder could not be written. */
export const notWritten = (path: string) => (cause: unknown): Failure =>
  new Failure({
    doing: `writing ${path}`,
    problem: String((cause as Error).message),
    mend: "Check the folder and its rights"
  })

/** Fails where a file to be written is a folder: at once, not after the work whose result it is for. */
export const requireFile = (flag: string, path: string): Effect.Effect<void, BadInput> =>
  Effect.suspend(() =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
      ? Effect.fail(
        new BadInput({ source: flag, problem: `${path} is a folder`, mend: "Name a file to write", usage: true })
      )
      : Effect.void
  )
