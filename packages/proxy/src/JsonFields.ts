const QUOTE = 0x22
const BACKSLASH = 0x5C
const OPEN_BRACE = 0x7B
const CLOSE_BRACE = 0x7D
const OPEN_BRACKET = 0x5B
const CLOSE_BRACKET = 0x5D
const COMMA = 0x2C
const SPACE = 0x20

/** Byte range of a top-level member: the key starts at `start`, the value spans [`valueStart`, `end`). */
interface Member {
  readonly key: string
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

/** Index after the string whose opening quote is at `at`. */
const afterString = (json: Uint8Array, at: number): number => {
  let i = at + 1
  while (json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1
  return i + 1
}

const afterSpace = (json: Uint8Array, at: number): number => {
  let i = at
  while (json[i]! <= SPACE) i++
  return i
}

/** Index after the value at `at`: the comma or closing brace that follows it, or white space before those. */
const afterValue = (json: Uint8Array, at: number): number => {
  let depth = 0
  for (let i = at;;) {
    const byte = json[i]!
    if (byte === QUOTE) {
      i = afterString(json, i)
      if (depth === 0) return i
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return i
      if (--depth === 0) return i + 1
    } else if (depth === 0 && (byte === COMMA || byte <= SPACE)) return i
    i++
  }
}

const membersOf = (json: Buffer): ReadonlyArray<Member> => {
  const members: Array<Member> = []
  let i = afterSpace(json, json.indexOf(OPEN_BRACE) + 1)
  while (json[i] === QUOTE) {
    const start = i
    const keyEnd = afterString(json, start)
    const valueStart = afterSpace(json, afterSpace(json, keyEnd) + 1)
    const end = afterValue(json, valueStart)
    members.push({ key: JSON.parse(json.toString("utf8", start, keyEnd)), start, valueStart, end })
    i = afterSpace(json, end)
    if (json[i] === COMMA) i = afterSpace(json, i + 1)
  }
  return members
}

/**
 * Sets top-level fields of a JSON object in its bytes and leaves every other byte as it is: numbers keep their digits,
 * unknown fields their order, strings their escapes. A field set to undefined is removed, a new one is appended.
 *
 * @param json the UTF-8 text of a JSON object, known to be valid
 */
export const withFields = (json: Buffer, fields: Readonly<Record<string, unknown>>): Buffer => {
  const missing = new Set(Object.keys(fields).filter((key) => fields[key] !== undefined))
  const parts: Array<Buffer> = []
  let copied = json.indexOf(OPEN_BRACE) + 1
  let kept = 0
  for (const member of membersOf(json)) {
    if (!Object.hasOwn(fields, member.key)) {
      parts.push(json.subarray(copied, member.end))
    } else if (fields[member.key] === undefined) {
      copied = member.end
      continue
    } else {
      parts.push(json.subarray(copied, member.valueStart), Buffer.from(JSON.stringify(fields[member.key])))
      missing.delete(member.key)
    }
    // The comma before the first member that stays belongs to one that was removed.
    if (kept++ === 0) dropComma(parts)
    copied = member.end
  }
  for (const key of missing) {
    parts.push(Buffer.from(`${kept++ === 0 ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(fields[key])}`))
  }
  return Buffer.concat([json.subarray(0, json.indexOf(OPEN_BRACE) + 1), ...parts, json.subarray(copied)])
}

const dropComma = (parts: Array<Buffer>): void => {
  const first = parts[0]!
  const at = afterSpace(first, 0)
  if (first[at] === COMMA) parts[0] = first.subarray(at + 1)
}
