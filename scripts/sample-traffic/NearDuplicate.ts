import type { Message } from "@spillway/domain"
import type { Random } from "./Random.ts"
import { withTypos } from "./Typing.ts"

const EDITS: ReadonlyArray<(random: Random, text: string) => string> = [
  (_, text) => text,
  (random, text) => `${random.pick(["Hello again. ", "Second try: ", "Hi, ", "Re: ", "URGENT - "])}${text}`,
  (random, text) => `${text}${random.pick(["\n", " ", "  ", "\n\nThank you!", " Many thanks", "\n\n(sent again)"])}`,
  (_, text) => text.replace(". ", ".  "),
  (_, text) => text.replace(/ /g, (space, at: number) => at % 97 === 0 ? "\u00a0" : space)
]

/** The same request again, word for word or with the last message slightly edited. `retype` allows slips in its words. */
export const nearDuplicate = (
  random: Random,
  messages: ReadonlyArray<Message>,
  retype: boolean
): ReadonlyArray<Message> => {
  const last = messages.at(-1)!
  const text = random.pick(EDITS)(random, String(last.content))
  return [...messages.slice(0, -1), {
    ...last,
    content: retype && random.chance(.3) ? withTypos(random, text, .02) : text
  }]
}
