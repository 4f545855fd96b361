import { Result } from "effect"
import { parseObject } from "./JsonText.ts"
import { type Line, MAX_LINE } from "./Lines.ts"
import type { SourceRecord } from "./Record.ts"

/** The record of a line of JSON Lines; undefined for an empty line. */
export const jsonRecord = (line: Line): SourceRecord | undefined => {
  if (line.text.trim() === "") return undefined
  const value = line.cut ? Result.fail(`the line is longer than ${MAX_LINE >> 20} MiB`) : parseObject(line.text)
  return {
    line: line.number,
    value,
    text: () => line.text,
    unfinished: line.last && !line.cut && Result.isFailure(value)
  }
}
