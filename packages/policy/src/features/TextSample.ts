/** Most UTF-16 code units of one text that features read, so that the time of a decision is bounded. */
export const SAMPLE_CHARS = 8_192

/** The text itself, or both ends of a longer one, `most` characters in all: the task stands at either end. */
export const sampleText = (text: string, most = SAMPLE_CHARS): string =>
  text.length <= most ? text : text.slice(0, most - (most >> 1)) + text.slice(text.length - (most >> 1))
