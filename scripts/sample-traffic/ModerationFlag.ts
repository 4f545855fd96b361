import { FORUMS, HARMLESS, VERDICTS } from "./ModerationPhrases.ts"
import type { SampleTask } from "./SampleTask.ts"
import { withTypos } from "./Typing.ts"
import { fill } from "./Vocabulary.ts"

const LABELS = Object.keys(VERDICTS)
const SYSTEM = "You moderate a hobby forum. Answer with one word for the post: allow, spam, scam, harassment, " +
  "personal_data or threat. Quoting or reporting what somebody else did is allowed."

export const moderationFlag: SampleTask = {
  task: "moderation.flag",
  share: 13,
  skew: 1.6,
  write: (random, difficulty) => {
    const label = random.chance(.4) ? "allow" : random.pick(LABELS.filter((one) => one !== "allow"))
    const verdict = VERDICTS[label]!
    const core = fill(random, random.pick(random.chance(difficulty * 1.15) ? verdict.veiled : verdict.plain))
    const forum = random.pick(Object.keys(FORUMS))
    const around = random.sample([...FORUMS[forum]!, ...HARMLESS], random.about(difficulty, 9))
      .map((line) => fill(random, line))
    const at = random.int(0, around.length)
    const post = withTypos(
      random,
      [...around.slice(0, at), core, ...around.slice(at)].join(" "),
      .02 + .06 * difficulty
    )
    const shout = difficulty < .3 && random.chance(.12)
    return {
      messages: [
        { role: "system", content: SYSTEM },
        {
          role: "user",
          content: `[${forum}] ${shout ? post.toUpperCase() : post}${random.pick(["", "", " 🌿", " 😂", "!!"])}`
        }
      ],
      parameters: { temperature: 0, max_tokens: 8 },
      reference: label,
      right: [label, `Verdict: ${label}`, `${label}.`],
      wrong: [
        ...(label === "allow" ? [] : ["allow"]),
        ...verdict.confused,
        ...random.sample(LABELS.filter((one) => one !== label), 2)
      ].filter((other, i, all) => all.indexOf(other) === i).slice(0, 4)
    }
  }
}
