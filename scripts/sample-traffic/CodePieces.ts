/**
 * A small JavaScript function with lines that can be broken. `@name` stands for an identifier that is drawn anew.
 * Each bug is `[right line, broken line]`; `checks` are arguments, as source text, that at least one bug fails.
 */
export interface CodePiece {
  readonly lines: ReadonlyArray<string>
  readonly bugs: ReadonlyArray<readonly [string, string]>
  readonly checks: ReadonlyArray<string>
}

export const CODE_PIECES: ReadonlyArray<CodePiece> = [
  {
    lines: [
      "function @fn(@items) {",
      "  let sum = 0",
      "  for (let i = 0; i < @items.length; i++) {",
      "    sum += @items[i].price * @items[i].count",
      "  }",
      "  return sum",
      "}"
    ],
    bugs: [
      ["for (let i = 0; i < @items.length; i++) {", "for (let i = 1; i < @items.length; i++) {"],
      ["sum += @items[i].price * @items[i].count", "sum = @items[i].price * @items[i].count"]
    ],
    checks: ["[{price: 3, count: 2}, {price: 5, count: 1}]", "[]"]
  },
  {
    lines: [
      "function @fn(@items) {",
      "  const best = { value: -Infinity, at: -1 }",
      "  @items.forEach((value, at) => {",
      "    if (value > best.value) Object.assign(best, { value, at })",
      "  })",
      "  return best.at",
      "}"
    ],
    bugs: [
      ["const best = { value: -Infinity, at: -1 }", "const best = { value: 0, at: -1 }"],
      [
        "if (value > best.value) Object.assign(best, { value, at })",
        "if (value < best.value) Object.assign(best, { value, at })"
      ]
    ],
    checks: ["[4, 9, 2]", "[-7, -3, -5]"]
  },
  {
    lines: [
      "function @fn(text) {",
      "  const @counts = {}",
      "  for (const word of text.toLowerCase().split(/\\s+/)) {",
      "    if (word === \"\") continue",
      "    @counts[word] = (@counts[word] ?? 0) + 1",
      "  }",
      "  return @counts",
      "}"
    ],
    bugs: [
      ["for (const word of text.toLowerCase().split(/\\s+/)) {", "for (const word of text.split(/\\s+/)) {"],
      ["@counts[word] = (@counts[word] ?? 0) + 1", "@counts[word] = (@counts[word] ?? 1) + 1"],
      ["if (word === \"\") continue", "if (word === \" \") continue"]
    ],
    checks: ["\"To be or not to be\"", "\" Two  spaces two \""]
  },
  {
    lines: [
      "function @fn(@items, size) {",
      "  const pages = []",
      "  for (let at = 0; at < @items.length; at += size) {",
      "    pages.push(@items.slice(at, at + size))",
      "  }",
      "  return pages",
      "}"
    ],
    bugs: [
      [
        "for (let at = 0; at < @items.length; at += size) {",
        "for (let at = 0; at < @items.length - size; at += size) {"
      ],
      ["pages.push(@items.slice(at, at + size))", "pages.push(@items.slice(at, size))"]
    ],
    checks: ["[1, 2, 3, 4, 5], 2", "[1, 2, 3], 3"]
  },
  {
    lines: [
      "function @fn(@items, wanted) {",
      "  let low = 0",
      "  let high = @items.length - 1",
      "  while (low <= high) {",
      "    const middle = (low + high) >> 1",
      "    if (@items[middle] === wanted) return middle",
      "    if (@items[middle] < wanted) low = middle + 1",
      "    else high = middle - 1",
      "  }",
      "  return -1",
      "}"
    ],
    bugs: [
      ["while (low <= high) {", "while (low < high) {"],
      ["let high = @items.length - 1", "let high = @items.length - 2"],
      ["if (@items[middle] < wanted) low = middle + 1", "if (@items[middle] > wanted) low = middle + 1"]
    ],
    checks: ["[2, 5, 8, 11], 11", "[2, 5, 8, 11], 2", "[7], 7", "[1, 3], 2"]
  },
  {
    lines: [
      "function @fn(@items, keyOf) {",
      "  const groups = new Map()",
      "  for (const item of @items) {",
      "    const key = keyOf(item)",
      "    if (!groups.has(key)) groups.set(key, [])",
      "    groups.get(key).push(item)",
      "  }",
      "  return [...groups.entries()]",
      "}"
    ],
    bugs: [
      ["if (!groups.has(key)) groups.set(key, [])", "groups.set(key, [])"],
      ["return [...groups.entries()]", "return [...groups.keys()]"],
      ["const key = keyOf(item)", "const key = keyOf"]
    ],
    checks: ["[1, 2, 3, 4], (n) => n % 2", "[\"aa\", \"b\", \"cc\"], (s) => s.length"]
  },
  {
    lines: [
      "function @fn(year) {",
      "  if (year % 400 === 0) return true",
      "  if (year % 100 === 0) return false",
      "  return year % 4 === 0",
      "}"
    ],
    bugs: [
      ["if (year % 400 === 0) return true", "if (year % 400 === 0) return false"],
      ["if (year % 100 === 0) return false", "if (year % 100 === 0) return true"]
    ],
    checks: ["2000", "1900", "2024", "2023"]
  },
  {
    lines: [
      "function @fn(text) {",
      "  const open = { \")\": \"(\", \"]\": \"[\", \"}\": \"{\" }",
      "  const stack = []",
      "  for (const sign of text) {",
      "    if (\"([{\".includes(sign)) stack.push(sign)",
      "    else if (sign in open && stack.pop() !== open[sign]) return false",
      "  }",
      "  return stack.length === 0",
      "}"
    ],
    bugs: [
      ["return stack.length === 0", "return stack.length > 0"],
      [
        "else if (sign in open && stack.pop() !== open[sign]) return false",
        "else if (sign in open && stack.shift() !== open[sign]) return false"
      ]
    ],
    checks: ["\"([]){}\"", "\"([)]\"", "\"((\"", "\"{[()]}\""]
  },
  {
    lines: [
      "function @fn(@items) {",
      "  const sorted = [...@items].sort((a, b) => a - b)",
      "  const middle = Math.floor(sorted.length / 2)",
      "  if (sorted.length % 2 === 1) return sorted[middle]",
      "  return (sorted[middle - 1] + sorted[middle]) / 2",
      "}"
    ],
    bugs: [
      ["const sorted = [...@items].sort((a, b) => a - b)", "const sorted = [...@items].sort()"],
      ["return (sorted[middle - 1] + sorted[middle]) / 2", "return (sorted[middle] + sorted[middle + 1]) / 2"]
    ],
    checks: ["[10, 9, 1]", "[4, 1, 3, 2]", "[100, 20, 3]"]
  },
  {
    lines: [
      "function @fn(left, right) {",
      "  const merged = []",
      "  let i = 0",
      "  let j = 0",
      "  while (i < left.length && j < right.length) {",
      "    merged.push(left[i] <= right[j] ? left[i++] : right[j++])",
      "  }",
      "  return merged.concat(left.slice(i), right.slice(j))",
      "}"
    ],
    bugs: [
      ["return merged.concat(left.slice(i), right.slice(j))", "return merged.concat(left.slice(i))"],
      [
        "merged.push(left[i] <= right[j] ? left[i++] : right[j++])",
        "merged.push(left[i] >= right[j] ? left[i++] : right[j++])"
      ]
    ],
    checks: ["[1, 4], [2, 3, 9]", "[], [5]"]
  },
  {
    lines: [
      "function @fn(value, depth = 0) {",
      "  if (!Array.isArray(value)) return depth",
      "  let deepest = depth + 1",
      "  for (const part of value) {",
      "    deepest = Math.max(deepest, @fn(part, depth + 1))",
      "  }",
      "  return deepest",
      "}"
    ],
    bugs: [
      ["deepest = Math.max(deepest, @fn(part, depth + 1))", "deepest = Math.max(deepest, @fn(part, depth))"],
      ["let deepest = depth + 1", "let deepest = depth"],
      ["if (!Array.isArray(value)) return depth", "if (!Array.isArray(value)) return 0"]
    ],
    checks: ["[1, [2, [3]]]", "[]", "7, 2", "[[], [[4]]]"]
  },
  {
    lines: [
      "function @fn(@items, limit) {",
      "  const seen = new Set()",
      "  const kept = []",
      "  for (const item of @items) {",
      "    if (seen.has(item)) continue",
      "    seen.add(item)",
      "    kept.push(item)",
      "    if (kept.length === limit) break",
      "  }",
      "  return kept",
      "}"
    ],
    bugs: [
      ["if (seen.has(item)) continue", "if (seen.has(item)) break"],
      ["if (kept.length === limit) break", "if (seen.length === limit) break"],
      ["seen.add(item)", "seen.add(kept)"]
    ],
    checks: ["[3, 3, 1, 3, 2], 5", "[1, 2, 3, 4], 2"]
  }
]

export const FUNCTION_NAMES = [
  "totalOf",
  "pickBest",
  "collect",
  "resolve",
  "countAll",
  "splitUp",
  "locate",
  "arrange",
  "measure",
  "combine",
  "inspect",
  "gather",
  "reduceAll",
  "compute",
  "derive",
  "evaluate"
]
export const LIST_NAMES = ["orders", "rows", "parcels", "entries", "values", "tickets", "readings", "books", "lines"]
export const COUNTER_NAMES = ["counts", "tally", "frequency", "histogram"]
