/** Most UTF-16 code units of one text that features read, so that the time of a decision is bounded. */
export const SAMPLE_CHARS = 8_192

const HALF = SAMPLE_CHARS / 2

/** The text itself, or the first and the last 4,096 characters of a longer one: the task stands at either end. */
export const sampleText = (text: string): string =>
  text.length <= SAMPLE_CHARS ? text : text.slice(0, HALF) + text.slice(-HALF)
