import type { Random } from "./Random.ts"

const slip = (random: Random, word: string): string => {
  const at = random.int(1, word.length - 2)
  switch (random.int(0, 2)) {
    case 0:
      return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)
    case 1:
      return word.slice(0, at) + word.slice(at + 1)
    default:
      return word.slice(0, at) + word[at] + word.slice(at)
  }
}

/** Types `text` with slips (letters swapped, left out, doubled) in a share `rate` of its plain lower-case words. */
export const withTypos = (random: Random, text: string, rate: number): string =>
  text.replace(/(?<![\w{"_.])[a-z]{5,}(?![\w}"_])/g, (word) => random.chance(rate) ? slip(random, word) : word)
