import { AGENT_LINES, CLOSINGS, INTENTS } from "./IntentPhrases.ts"
import type { SampleTask } from "./SampleTask.ts"
import { withTypos } from "./Typing.ts"
import { fill } from "./Vocabulary.ts"

const NAMES = Object.keys(INTENTS)
const SYSTEM = "Read the chat of a customer of a phone and internet company and name what the customer wants in the " +
  `end. Answer with one of: ${NAMES.join(", ")}.`

export const supportIntent: SampleTask = {
  task: "support.intent",
  share: 13,
  skew: 1.7,
  write: (random, difficulty) => {
    const intent = random.pick(NAMES)
    const wish = fill(random, random.pick(INTENTS[intent]![random.chance(difficulty * 1.2) ? "oblique" : "direct"]))
    const others = random.sample(NAMES.filter((name) => name !== intent), 5)
    const abandoned = others
      .slice(0, Math.round(difficulty * 3.4))
      .map((other) => fill(random, random.pick(INTENTS[other]!.abandoned)))
    const closing = random.sample(CLOSINGS, random.about(difficulty, 3)).map((line) => fill(random, line))
    const greeting = random.pick(["", "", "Hi, ", "Hello! ", "good evening. ", "Hey there - "])
    const turns = [...abandoned, wish, ...closing].map((line) => withTypos(random, line, .01 + .06 * difficulty))
    const dialogue = turns.flatMap((line, i) => {
      const said = { role: "user", content: i === 0 ? greeting + line : line }
      const reply = { role: "assistant", content: fill(random, random.pick(AGENT_LINES)) }
      return i < turns.length - 1 ? [said, reply] : [said]
    })
    return {
      messages: [{ role: "system", content: SYSTEM }, ...dialogue],
      parameters: { temperature: 0, max_tokens: 16 },
      reference: intent,
      right: [intent, `"${intent}"`, intent.toUpperCase()],
      wrong: [...others.slice(0, 3), intent.includes("_") ? intent.split("_").toReversed().join("_") : others[3]!]
    }
  }
}
