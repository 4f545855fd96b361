/** One line without its end. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** Whether the file ends without a line end here. */
  readonly last: boolean
  /** Whether the line was longer than {@link MAX_LINE} and was cut there. */
  readonly cut: boolean
}

/** Characters of the longest line that is read. */
export const MAX_LINE = 64 << 20

/** Takes text apart into lines (LF or CRLF), however it comes in pieces. */
export class LineSplitter {
  #rest = ""
  #number = 0
  #cut = false

  /** The lines that end in this piece. */
  push(text: string): ReadonlyArray<Line> {
    const lines: Array<Line> = []
    let from = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#keep(text.slice(from, end))
      lines.push(this.#take(false))
      from = end + 1
    }
    this.#keep(text.slice(from))
    return lines
  }

  /** The line after the last line end, where there is text. */
  end(): ReadonlyArray<Line> {
    return this.#rest === "" ? [] : [this.#take(true)]
  }

  #keep(text: string) {
    if (this.#rest.length + text.length <= MAX_LINE) this.#rest = this.#rest === "" ? text : this.#rest + text
    else {
      this.#cut = true
      this.#rest = (this.#rest + text).slice(0, MAX_LINE)
    }
  }

  #take(last: boolean): Line {
    const text = this.#rest.endsWith("\r") ? this.#rest.slice(0, -1) : this.#rest
    const line = { number: ++this.#number, text, last, cut: this.#cut }
    this.#rest = ""
    this.#cut = false
    return line
  }
}
