import type { Markup } from "../markup/Markup.ts"

/** A run of text: plain, monospaced or emphasized. */
export type Inline = string | { readonly code: string } | { readonly strong: string }
export type Text = ReadonlyArray<Inline>

export const code = (text: string): Inline => ({ code: text })
export const strong = (text: string): Inline => ({ strong: text })

export interface Column {
  readonly name: string
  /** Right-aligned. */
  readonly numeric?: boolean
}

export interface Paragraph {
  readonly _tag: "Paragraph"
  readonly text: Text
}

export interface List {
  readonly _tag: "List"
  readonly items: ReadonlyArray<Text>
}

export interface Table {
  readonly _tag: "Table"
  readonly caption: string
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** Index of a row to set off. */
  readonly marked?: number | undefined
}

/** The few numbers that a reader takes away. */
export interface Facts {
  readonly _tag: "Facts"
  readonly facts: ReadonlyArray<{ readonly label: string; readonly value: string; readonly note: string }>
}

export interface Callout {
  readonly _tag: "Callout"
  readonly tone: "good" | "caution"
  readonly title: string
  readonly text: Text
}

export interface CodeBlock {
  readonly _tag: "CodeBlock"
  readonly text: string
}

/** A drawing. Markdown shows its data instead, or its description where it has none. */
export interface Figure {
  /** Unique on the page; letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  /** What the drawing shows, in words, for those who do not see it. */
  readonly description: string
  readonly data?: Table
  /** Widths in CSS pixels to draw it at, widest first; the page shows the one that fits. */
  readonly widths: ReadonlyArray<number>
  /** Contents of the `svg` element and its height. */
  readonly draw: (width: number) => { readonly height: number; readonly content: Markup }
}

export interface Figures {
  readonly _tag: "Figures"
  readonly caption: string
  readonly figures: ReadonlyArray<Figure>
}

export type Block = Paragraph | List | Table | Facts | Callout | CodeBlock | Figures

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: ReadonlyArray<Block>
}

/** A page without its form: rendered as HTML and as Markdown, so that both say the same. */
export interface Document {
  readonly title: string
  readonly subtitle: string
  readonly sections: ReadonlyArray<Section>
}

export const paragraph = (...text: Text): Paragraph => ({ _tag: "Paragraph", text })
