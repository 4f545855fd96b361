/**
 * JSON that DuckDB reads: `JSON.stringify` writes a lone surrogate as an escape that DuckDB takes for malformed, so it
 * becomes U+FFFD, as it does in plain text.
 */
export const jsonText = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.includes("\\ud")
    ? text.replaceAll(/\\(?:\\|ud[89a-f][0-9a-f]{2})/g, (escape) => escape === "\\\\" ? escape : "\\ufffd")
    : text
}
