import { BadInput } from "@spillway/domain"
import { Effect } from "effect"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

/** Path of a file of the sample traffic in `datasets/sample` of the checkout. */
export const samplePath = (name: string): string =>
  fileURLToPath(new URL(`../../../datasets/sample/${name}`, import.meta.url))

/** A file of the sample traffic, which an installed package does not have. */
export const readSample = (name: string): Effect.Effect<Buffer, BadInput> =>
  Effect.tryPromise({
    try: () => readFile(samplePath(name)),
    catch: () =>
      new BadInput({
        source: samplePath(name),
        problem: "the sample traffic is not there",
        mend: "Run this in a checkout of Spillway's repository: installed packages come without it"
      })
  })
