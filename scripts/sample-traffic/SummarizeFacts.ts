import type { Random } from "./Random.ts"
import type { SampleTask } from "./SampleTask.ts"
import { CITIES, COMPANIES, FIRST_NAMES, fullName, MONTHS, PRODUCTS } from "./Vocabulary.ts"

/** One fact of a report: its figure or name, the sentence in the report, the clause in a summary. */
interface Fact {
  readonly value: string
  /** A figure that the report also names but that no longer holds. */
  readonly outdated: string
  readonly sentence: string
  readonly clause: (value: string) => string
}

const dayOf = (random: Random) => `${random.int(2, 28)} ${random.pick(MONTHS)}`
const two = (draw: () => string): [string, string] => {
  const first = draw()
  let second = draw()
  while (second === first || second.includes(first) || first.includes(second)) second = draw()
  return [first, second]
}

const FACTS: ReadonlyArray<(random: Random) => Fact> = [
  (random) => {
    const [value, outdated] = two(() => `€${random.int(2, 97)}.${random.int(1, 9)} million`)
    return { value, outdated, sentence: `Revenue came to ${value}.`, clause: (v) => `revenue was ${v}` }
  },
  (random) => {
    const [value, outdated] = two(() => `${random.int(11, 93)},${random.int(100, 989)} units`)
    return { value, outdated, sentence: `The plants shipped ${value}.`, clause: (v) => `${v} were shipped` }
  },
  (random) => {
    const [value, outdated] = two(() => fullName(random))
    return {
      value,
      outdated,
      sentence: `${value} takes over as head of operations.`,
      clause: (v) => `${v} becomes head of operations`
    }
  },
  (random) => {
    const [value, outdated] = two(() => dayOf(random))
    return { value, outdated, sentence: `The new line opens on ${value}.`, clause: (v) => `the new line opens on ${v}` }
  },
  (random) => {
    const [value, outdated] = two(() => random.pick(CITIES))
    return {
      value,
      outdated,
      sentence: `The second warehouse will be built in ${value}.`,
      clause: (v) => `the second warehouse goes to ${v}`
    }
  },
  (random) => {
    const [value, outdated] = two(() => `${random.int(3, 39)}.${random.int(1, 9)} percent`)
    return { value, outdated, sentence: `Returns fell to ${value} of orders.`, clause: (v) => `returns fell to ${v}` }
  },
  (random) => {
    const [value, outdated] = two(() => `${random.int(41, 980)} jobs`)
    return { value, outdated, sentence: `The programme creates ${value}.`, clause: (v) => `${v} are created` }
  },
  (random) => {
    const [value, outdated] = two(() => random.pick(COMPANIES))
    return {
      value,
      outdated,
      sentence: `${value} was chosen as the carrier.`,
      clause: (v) => `the carrier is ${v}`
    }
  },
  (random) => {
    const [value, outdated] = two(() => `${random.int(2, 9)} hours and ${random.int(11, 58)} minutes`)
    return { value, outdated, sentence: `The outage lasted ${value}.`, clause: (v) => `the outage took ${v}` }
  }
]

const CORRECTIONS = [
  (fact: Fact) => `${fact.sentence} An earlier draft of this report said ${fact.outdated}; that was wrong.`,
  (fact: Fact) => `Analysts had reckoned with ${fact.outdated}. ${fact.sentence}`,
  (fact: Fact) => `In the year before, the same line read ${fact.outdated}. ${fact.sentence}`
]

const FILLER = [
  (random: Random) => `${random.pick(FIRST_NAMES)} thanked the teams for their patience during a demanding season.`,
  (random: Random) => `The canteen in ${random.pick(CITIES)} was painted, which met with broad approval.`,
  (random: Random) => `Demand for the ${random.pick(PRODUCTS)} stayed within the expected range.`,
  () => "Management stressed that the measures, although they had been contested at first, were bearing fruit.",
  () => "Questions about the pension scheme were deferred to a later meeting.",
  () => "Notwithstanding the volatility of freight rates, the outlook was reaffirmed without qualification.",
  (random: Random) => `A visitor from ${random.pick(COMPANIES).split(" ")[0]} praised the light in the new hall.`,
  () => "The minutes of the previous meeting were approved without changes.",
  (random: Random) => `The summer party is planned for ${random.pick(["June", "July"])}, rain or shine.`,
  () => "Insofar as the auditors had raised observations, these concerned presentation rather than substance."
]

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)

export const summarizeFacts: SampleTask = {
  task: "summarize.facts",
  share: 10,
  skew: 1,
  write: (random, difficulty) => {
    const facts = random.sample(FACTS, 2 + Math.round(difficulty * 6)).map((make) => make(random))
    const told = facts.map((fact) => random.chance(difficulty * .8) ? random.pick(CORRECTIONS)(fact) : fact.sentence)
    const filler = random.sample(FILLER, 1 + random.about(difficulty, 9)).map((write) => write(random))
    const sentences = random.sample([...told, ...filler], told.length + filler.length)
    const half = Math.ceil(sentences.length / 2)
    const report = difficulty > .4
      ? `${sentences.slice(0, half).join(" ")}\n\n${sentences.slice(half).join(" ")}`
      : sentences.join(" ")
    const company = random.pick(
      COMPANIES.filter((one) => !facts.some((fact) => [fact.value, fact.outdated].includes(one)))
    )
    const limit = Math.max(2, Math.round(facts.length * .7))
    const clauses = facts.map((fact) => fact.clause(fact.value))
    const without = (missing: ReadonlyArray<Fact>) =>
      facts.filter((fact) => !missing.includes(fact)).map((fact) => fact.clause(fact.value))
    const stale = random.pick(facts)
    const sentence = (parts: ReadonlyArray<string>) => `${capital(parts.join("; "))}.`
    return {
      messages: [
        {
          role: "system",
          content:
            "You summarize company reports for a newsletter. Keep every figure, date, place and name that holds, " +
            "word for word; leave out what was corrected, expected or ornamental."
        },
        { role: "user", content: `Summarize in at most ${limit} sentences.\n\n${company}: ${report}` }
      ],
      parameters: { temperature: 0.3, max_tokens: 260 },
      reference: facts.map((fact) => fact.value).join("\n"),
      right: [
        sentence(clauses),
        `At ${company}: ${clauses.toReversed().join(", and ")}.`,
        clauses.map((clause) => `- ${capital(clause)}`).join("\n")
      ],
      wrong: [
        sentence(without([stale])),
        sentence(facts.map((fact) => fact.clause(fact === stale ? fact.outdated : fact.value))),
        sentence(without(random.sample(facts, Math.ceil(facts.length / 2))).concat("the outlook was reaffirmed")),
        `${company} reports a demanding but successful season.`
      ]
    }
  }
}
