import type { Random } from "./Random.ts"
import type { SampleTask } from "./SampleTask.ts"
import { CITIES, FIRST_NAMES } from "./Vocabulary.ts"

const SYSTEM = "Solve the problem. Show the steps in a few words if you need them and end with the number."

const SCENES = [
  { place: "the bakery", things: "rolls", holder: "baskets" },
  { place: "the bookshop", things: "novels", holder: "shelves" },
  { place: "the orchard", things: "apples", holder: "crates" },
  { place: "the school", things: "pencils", holder: "classrooms" },
  { place: "the workshop", things: "bolts", holder: "drawers" },
  { place: "the museum", things: "postcards", holder: "stands" },
  { place: "the florist's", things: "tulips", holder: "vases" },
  { place: "the harbour", things: "lobster pots", holder: "boats" },
  { place: "the stadium", things: "scarves", holder: "stalls" },
  { place: "the print room", things: "leaflets", holder: "boxes" }
]
type Scene = typeof SCENES[number]

interface Step {
  readonly text: string
  readonly sum: string
  readonly value: number
}

const divisors = (value: number) => [2, 3, 4, 5, 6, 8, 9].filter((d) => value % d === 0 && value / d >= 4)

const plus = (random: Random, scene: Scene, value: number, size: number): Step => {
  const n = random.int(3, size)
  const text = random.pick([
    `A delivery brings ${n} more ${scene.things}.`,
    `${random.pick(FIRST_NAMES)} adds ${n} ${scene.things} from home.`,
    `Then ${n} further ${scene.things} turn up in the cellar.`
  ])
  return { text, sum: `${value} + ${n} = ${value + n}`, value: value + n }
}

const minus = (random: Random, scene: Scene, value: number): Step => {
  const n = random.int(1, Math.max(1, Math.floor(value * .6)))
  const text = random.pick([
    `${n} ${scene.things} are sold before noon.`,
    `${random.pick(FIRST_NAMES)} gives ${n} of them away.`,
    `It turns out that ${n} ${scene.things} are damaged, and they are thrown out.`
  ])
  return { text, sum: `${value} - ${n} = ${value - n}`, value: value - n }
}

const times = (random: Random, scene: Scene, value: number): Step => {
  const n = random.int(2, 4)
  const word = ["twice", "three times", "four times"][n - 2]!
  const text = random.pick([
    `By the evening there are ${word} as many ${scene.things} as at that moment.`,
    `A sponsor then makes it ${word} the number.`
  ])
  return { text, sum: `${value} x ${n} = ${value * n}`, value: value * n }
}

const share = (random: Random, scene: Scene, value: number): Step | undefined => {
  const possible = divisors(value)
  if (possible.length === 0) return undefined
  const n = random.pick(possible)
  const text =
    `The ${scene.things} are spread evenly over ${n} ${scene.holder}, and from then on only what lies in one ` +
    "of these counts."
  return { text, sum: `${value} / ${n} = ${value / n}`, value: value / n }
}

const percent = (random: Random, scene: Scene, value: number): Step | undefined => {
  const possible = [10, 20, 25, 40, 75].filter((p) => value * p % 100 === 0)
  if (possible.length === 0) return undefined
  const p = random.pick(possible)
  const gone = value * p / 100
  return {
    text: `Of the ${scene.things} that remain, ${p} % are set aside for the ${
      random.pick(["mayor", "staff", "fair"])
    }.`,
    sum: `${value} - ${p} % = ${value - gone}`,
    value: value - gone
  }
}

const nextStep = (random: Random, scene: Scene, value: number, difficulty: number): Step => {
  const hard = random.chance(difficulty)
  const step = hard
    ? random.pick([times, share, percent])(random, scene, value)
    : undefined
  const size = Math.round(12 + 180 * difficulty)
  return step ?? (value > 8 && random.chance(.55) ? minus(random, scene, value) : plus(random, scene, value, size))
}

const distractor = (random: Random, scene: Scene) =>
  random.pick([
    `A ticket costs ${random.int(3, 19)} dollars, but nobody buys one.`,
    `${random.pick(FIRST_NAMES)}, who is ${random.int(8, 71)} years old, watches all of it.`,
    `Last year at this time there were ${random.int(40, 400)} ${scene.things}.`,
    `${random.pick(CITIES)} is ${random.int(12, 240)} km away.`,
    `${random.pick(FIRST_NAMES)} wanted ${random.int(5, 60)} ${scene.things} but comes too late and gets none.`,
    `${scene.place[0]!.toUpperCase()}${scene.place.slice(1)} opens at ${random.int(7, 10)} and closes at ${
      random.int(16, 21)
    }.`
  ])

export const mathWordProblem: SampleTask = {
  task: "math.word_problem",
  share: 13,
  skew: .85,
  write: (random, difficulty) => {
    const scene = random.pick(SCENES)
    const who = random.pick(FIRST_NAMES)
    const start = random.int(6, Math.round(20 + 300 * difficulty))
    const steps: Array<Step> = []
    const wanted = 1 + Math.round(difficulty * 7)
    while (steps.length < wanted) {
      steps.push(nextStep(random, scene, steps.at(-1)?.value ?? start, difficulty))
    }
    const sentences = steps.flatMap((step) =>
      random.chance(.1 + difficulty * .5) ? [distractor(random, scene), step.text] : [step.text]
    )
    const opening = random.pick([
      `${who} starts the day at ${scene.place} with ${start} ${scene.things}.`,
      `At ${scene.place}, ${who} counts ${start} ${scene.things}.`,
      `There are ${start} ${scene.things} at ${scene.place} where ${who} works.`
    ])
    const question = random.pick([
      `How many ${scene.things} are there in the end?`,
      `How many ${scene.things} count in the end?`,
      `What is the final number of ${scene.things}?`
    ])
    const answer = steps.at(-1)!.value
    const slips = [
      steps.at(-2)?.value ?? start,
      answer + 10,
      answer - 1,
      answer + random.int(2, 9),
      Number([...String(answer)].toReversed().join("")),
      steps.reduce((value, step) => Math.max(value, step.value), start)
    ].filter((slip, i, all) => slip !== answer && slip >= 0 && all.indexOf(slip) === i)
    return {
      messages: [
        { role: "system", content: SYSTEM },
        { role: "user", content: [opening, ...sentences, question].join(" ") }
      ],
      parameters: { temperature: 0.2 },
      reference: String(answer),
      right: [
        String(answer),
        `${steps.map((step) => step.sum).join("; ")}. The answer is ${answer}.`,
        `In the end there are ${answer} ${scene.things}.`
      ],
      wrong: slips.slice(0, 4).map((slip, i) =>
        i % 2 === 0
          ? `In the end there are ${slip} ${scene.things}.`
          : `${steps.slice(0, -1).map((step) => `${step.sum}; `).join("")}the answer is ${slip}.`
      )
    }
  }
}
