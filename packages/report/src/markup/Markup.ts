/** Text that is already HTML or SVG. Only {@link markup} and {@link trusted} make it. */
export class Markup {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

/** Characters that XML forbids, which would break the SVG of a page that is read as XML. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const escape = (text: string): string => text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (c) => ENTITIES[c]!)

type Value = string | number | Markup | ReadonlyArray<Markup>

const sourceOf = (value: Value): string =>
  value instanceof Markup
    ? value.source
    : typeof value === "string"
    ? escape(value)
    : typeof value === "number"
    ? String(Math.round(value * 100) / 100)
    : value.map((part) => part.source).join("")

/** Template for HTML and SVG: every string put in is escaped, numbers (coordinates) are rounded to 1/100. */
export const markup = (parts: TemplateStringsArray, ...values: ReadonlyArray<Value>): Markup =>
  new Markup(parts.map((part, i) => i < values.length ? part + sourceOf(values[i]!) : part).join(""))

/** Our own style sheets and the like, which need no escaping. */
export const trusted = (source: string): Markup => new Markup(source)

export const nothing = new Markup("")
