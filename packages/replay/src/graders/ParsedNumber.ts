/** A number as a text states it. */
export interface ParsedNumber {
  readonly value: number
  /** Whether it was followed by a percent sign or word; `value` is what stood before it. */
  readonly percent: boolean
}

const MAGNITUDES = new Map([
  ["k", 1e3],
  ["thousand", 1e3],
  ["mn", 1e6],
  ["million", 1e6],
  ["bn", 1e9],
  ["billion", 1e9],
  ["trillion", 1e12]
])

const plain = String.raw`\d+(?:\.\d+)?|\.\d+`
const digits = [
  String.raw`\d{1,3}(?:\.\d{3})+,\d+`, // 1.234,56
  String.raw`\d{1,3}(?:\.\d{3}){2,}(?![\d.])`, // 1.234.567
  String.raw`\d{1,3}(?:[,'’_\s]\d{3})+(?:\.\d+)?(?!\d)`, // 1,234.56
  String.raw`(?<!\d,)\d+,(?:\d{1,2}|\d{4,})(?!\d|[,.]\d)`, // 3,14
  plain
].join("|")

// Not inside a word, an exponent, a version or a date: the 2 of CO2, m^2, v1.2 and 1/2/2020 is no number of its own.
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\p{N}_^]|\d[./])` +
    String.raw`(?<sign>[-+](?=\s?[$€£¥₹]|[\d.]))?\s?[$€£¥₹]?\s?(?<inner>[-+](?=[\d.]))?` +
    String.raw`(?:(?<whole>\d+)\s+(?=\d+\s?\/\s?\d))?` +
    `(?<digits>${digits})` +
    String.raw`(?:[eE](?<e>[-+]?\d+)|\s?[×x*·]\s?10\s?(?:\^|\*\*)\s?[{(]?(?<ten>[-+]?\d+)[)}]?)?` +
    `(?:\\s?/\\s?(?<under>${plain})(?![\\d/]))?` +
    String.raw`(?:(?<k>k)(?![\p{L}\p{N}])|\s?(?<magnitude>thousand|million|billion|trillion|mn|bn)\b)?` +
    String.raw`(?<percent>\s?(?:%|percent\b|per cent\b))?`,
  "giu"
)

/** Brings LaTeX, Unicode fractions, superscripts and minus signs to plain characters. */
const plainText = (text: string): string =>
  text
    .replace(/(?<=(\d?))\\[dt]?frac\s*\{([^{}]+)\}\s*\{([^{}]+)\}/g, (_, digit, a, b) => `${digit && " "}${a}/${b}`)
    .replace(/\\(?:times|cdot)/g, "×")
    .replace(/\{,\}/g, ",")
    .replace(/\\[,!]/g, "")
    .replace(/\\([$%])/g, "$1")
    .replace(/(?<=(\d?))[\u00bc-\u00be\u2150-\u215e\u2189]/g, (c, digit) => `${digit && " "}${c.normalize("NFKC")}`)
    .replace(/[⁺⁻]?[⁰¹²³⁴-⁹]+/g, (power) => `^${power.normalize("NFKC")}`)
    .replace(/[\uff01-\uff5e]/g, (c) => c.normalize("NFKC"))
    .replace(/[\u2212\u2010\u2011\ufe63]/g, "-")
    .replace(/\u2044/g, "/")

/** `1.234,56`, `1,234.56` and `3,14` without groups and with a decimal point. */
const plainDigits = (text: string): string => {
  if (/^\d{1,3}(?:\.\d{3})+,\d+$|^\d{1,3}(?:\.\d{3}){2,}$/.test(text)) return text.replaceAll(".", "").replace(",", ".")
  if (/^\d+,(?:\d{1,2}|\d{4,})$/.test(text)) return text.replace(",", ".")
  return text.replace(/[,'’_\s]/g, "")
}

/** The last number that `text` states, with its sign, currency, grouping, exponent, fraction, magnitude and percent. */
export const lastNumber = (text: string): ParsedNumber | undefined => {
  const groups = [...plainText(text).matchAll(NUMBER)].at(-1)?.groups
  if (groups === undefined) return undefined
  const under = groups.under === undefined ? 1 : Number(groups.under)
  const exponent = Number(groups.e ?? groups.ten ?? 0)
  const magnitude = MAGNITUDES.get((groups.k ?? groups.magnitude ?? "").toLowerCase()) ?? 1
  // `Number("1.2e5")` is exact where 1.2 * 10 ** 5 need not be.
  const upper = Number(`${plainDigits(groups.digits!)}e${exponent}`)
  const size = (Number(groups.whole ?? 0) + upper / under) * magnitude
  const negative = (groups.sign === "-") !== (groups.inner === "-")
  return Number.isFinite(size) ? { value: negative ? -size : size, percent: groups.percent !== undefined } : undefined
}
