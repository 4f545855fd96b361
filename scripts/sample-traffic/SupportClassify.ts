import type { SampleTask } from "./SampleTask.ts"
import { CATEGORIES, type Category, PADDING } from "./SupportPhrases.ts"
import { withTypos } from "./Typing.ts"
import { fill, fullName } from "./Vocabulary.ts"

const LABELS = Object.keys(CATEGORIES)
const SYSTEM = `You sort customer tickets for an online shop. Choose the one label that says what the customer wants ` +
  `done now: ${LABELS.join(", ")}. Matters that are already settled do not count. Answer with the label only.`

const capital = (label: string) => label[0]!.toUpperCase() + label.slice(1)

export const supportClassify: SampleTask = {
  task: "support.classify",
  share: 16,
  skew: 1.5,
  write: (random, difficulty) => {
    const label = random.pick(LABELS)
    const category: Category = CATEGORIES[label]!
    const core = fill(random, random.pick(random.chance(difficulty * 1.15) ? category.oblique : category.direct))
    const others = LABELS.filter((other) => other !== label)
    const distractors = random.sample(
      [...category.confused, ...random.sample(others, 2)],
      Math.round(difficulty * 4 + random.next() * .6 - .2)
    ).map((other) => fill(random, random.pick(CATEGORIES[other]!.settled)))
    const padding = random.sample(PADDING, random.about(difficulty, 8)).map((line) => fill(random, line))
    const around = random.sample([...distractors, ...padding], distractors.length + padding.length)
    const at = Math.round(around.length * Math.min(1, difficulty + random.next() * .3))
    const body = withTypos(
      random,
      [...around.slice(0, at), core, ...around.slice(at)].join(difficulty > .6 && random.chance(.5) ? "\n\n" : " "),
      .01 + .05 * difficulty * random.next()
    )
    const greeting = random.pick(["", "", "Hi, ", "Hello team, ", "Good morning. ", "Hey! ", "Bonjour, "])
    const sign = random.pick(["", "", " Thanks!", `\n\n${fullName(random)}`, "\nSent from my phone", " 🙏"])
    const ticket = random.chance(difficulty - .3)
      ? `Fwd: Re: your message\n> On ${fill(random, "{weekday} at {time}")} ${
        fullName(random)
      } wrote:\n> ${body}${sign}`
      : `${greeting}${body}${sign}`
    return {
      messages: [{ role: "system", content: SYSTEM }, { role: "user", content: ticket }],
      parameters: { temperature: 0, max_tokens: 12 },
      reference: label,
      right: [label, capital(label), `${label}.`],
      wrong: [...category.confused, ...random.sample(others, 3)]
        .filter((other, i, all) => all.indexOf(other) === i)
        .slice(0, 4)
    }
  }
}
