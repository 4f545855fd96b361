/** Tags of an HTML page with balanced ends checked; throws where one is left open, closed twice or malformed. */
export const tagsOf = (
  html: string
): ReadonlyArray<{ readonly name: string; readonly attributes: ReadonlyMap<string, string> }> => {
  const tags: Array<{ name: string; attributes: Map<string, string> }> = []
  const open: Array<string> = []
  const body = html.replace(/<style>[\s\S]*?<\/style>/, "")
  for (const match of body.matchAll(/<(\/?)([a-z][\w-]*|!doctype)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*(\/?)>|[<>]/gi)) {
    const [all, end, name, attributes, empty] = match
    if (name === undefined) {
      throw new Error(`stray ${all} at ${match.index}: ${body.slice(match.index, match.index + 60)}`)
    }
    if (end === "/") {
      const last = open.pop()
      if (last !== name) throw new Error(`</${name}> closes <${last}>`)
      continue
    }
    tags.push({
      name,
      attributes: new Map(
        [...attributes!.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, key, value]) => [key!, value ?? ""])
      )
    })
    if (empty !== "/" && !["!doctype", "meta"].includes(name)) open.push(name)
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(", ")}`)
  return tags
}

/** Tables of a Markdown page by their caption: rows of cells, escapes taken back. */
export const tablesOf = (markdown: string): ReadonlyMap<string, ReadonlyArray<ReadonlyArray<string>>> => {
  const cells = (line: string) =>
    line.slice(2, -2).split(/(?<!\\) ?\| ?/).map((cell) => cell.replace(/\\(.)/g, "$1").trim())
  return new Map(
    [...markdown.matchAll(/^(.+):\n\n(\|.*\|)\n\|[-: |]+\|\n((?:\|.*\|\n)*)/gm)].map(([, caption, , body]) => [
      caption!,
      body!.trimEnd().split("\n").map(cells)
    ])
  )
}
