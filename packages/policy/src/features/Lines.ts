/** Whether a text has more than one line, by all that end a line for `^` in a regular expression. */
export const hasLines = (text: string): boolean =>
  text.includes("\n") || text.includes("\r") || text.includes("\u2028") || text.includes("\u2029")
