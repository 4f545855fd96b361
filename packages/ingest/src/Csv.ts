import type { JsonObject } from "@spillway/domain"
import { Result } from "effect"
import { recordOfRow } from "./Columns.ts"
import { type Line, MAX_LINE } from "./Lines.ts"
import type { SourceRecord } from "./Record.ts"

const DELIMITERS = [",", ";", "\t"]

/** The cells of one record (RFC 4180); undefined where a quoted cell does not end. */
const cellsOf = (text: string, delimiter: string): ReadonlyArray<string> | undefined => {
  const cells: Array<string> = []
  for (let at = 0;;) {
    if (text[at] === "\"") {
      let cell = ""
      for (let from = at + 1;;) {
        const end = text.indexOf("\"", from)
        if (end < 0) return undefined
        cell += text.slice(from, end)
        at = end + 1
        if (text[at] !== "\"") break
        cell += "\""
        from = at + 1
      }
      cells.push(cell)
    } else {
      const end = text.indexOf(delimiter, at)
      cells.push(text.slice(at, end < 0 ? undefined : end))
      at = end < 0 ? text.length : end
    }
    if (at >= text.length) return cells
    if (text[at] !== delimiter) return undefined
    at++
  }
}

/** Puts a CSV file's lines together to records; its first line names the columns. */
export class CsvReader {
  #columns: ReadonlyArray<string> | undefined
  #delimiter = ","
  #open: { readonly line: number; readonly lines: Array<string>; length: number; quotes: number } | undefined

  /** The record that ends with this line, if one does. */
  push(line: Line): SourceRecord | undefined {
    if (this.#open === undefined && line.text.trim() === "") return undefined
    const open = this.#open ??= { line: line.number, lines: [], length: 0, quotes: 0 }
    open.lines.push(line.text)
    open.length += line.text.length
    open.quotes += line.text.split("\"").length - 1
    const tooLong = line.cut || open.length > MAX_LINE
    return open.quotes % 2 === 1 && !tooLong ? undefined : this.#take(tooLong)
  }

  /** The record that the file ends in the middle of. */
  end(): SourceRecord | undefined {
    return this.#open === undefined ? undefined : this.#take(false)
  }

  #take(tooLong: boolean): SourceRecord | undefined {
    const { line, lines } = this.#open!
    const text = lines.join("\n")
    this.#open = undefined
    if (this.#columns === undefined) {
      this.#delimiter = DELIMITERS.toSorted((a, b) => text.split(b).length - text.split(a).length)[0]!
      this.#columns = (cellsOf(text, this.#delimiter) ?? []).map((name) => name.trim())
      return undefined
    }
    return {
      line,
      value: tooLong ? Result.fail(`the record is longer than ${MAX_LINE >> 20} MiB`) : this.#recordOf(text),
      text: () => text
    }
  }

  #recordOf(text: string): Result.Result<JsonObject, string> {
    const columns = this.#columns!
    const cells = cellsOf(text, this.#delimiter)
    if (cells === undefined) return Result.fail("a quoted cell does not end, or text follows its quotes")
    if (cells.length !== columns.length) {
      return Result.fail(`${cells.length} cells where the header names ${columns.length} columns`)
    }
    return Result.succeed(recordOfRow(Object.fromEntries(columns.map((name, i) => [name, cells[i]]))))
  }
}
