import type { Request } from "@spillway/domain"
import { answerKey } from "@spillway/providers"
import { timesWithDailyRhythm } from "./Calendar.ts"
import { codeRepair } from "./CodeRepair.ts"
import { extractInvoice } from "./ExtractInvoice.ts"
import { mathWordProblem } from "./MathWordProblem.ts"
import { moderationFlag } from "./ModerationFlag.ts"
import { nearDuplicate } from "./NearDuplicate.ts"
import { policyQa } from "./PolicyQa.ts"
import { makeRandom, type Random } from "./Random.ts"
import type { Draft, SampleTask } from "./SampleTask.ts"
import { summarizeFacts } from "./SummarizeFacts.ts"
import { supportClassify } from "./SupportClassify.ts"
import { supportIntent } from "./SupportIntent.ts"

export const TASKS: ReadonlyArray<SampleTask> = [
  supportClassify,
  supportIntent,
  extractInvoice,
  mathWordProblem,
  moderationFlag,
  summarizeFacts,
  codeRepair,
  policyQa
]

const DUPLICATES = .05
/** Requests back in time among which a duplicate finds its original. */
const MEMORY = 300

/** A line of the answer book that the simulated provider answers from. */
export interface Answer {
  readonly key: string
  readonly task: string
  readonly difficulty: number
  readonly right: ReadonlyArray<string>
  readonly wrong: ReadonlyArray<string>
}

interface Entry extends Draft {
  readonly task: string
  readonly difficulty: number
  /** Identifier of the request that this one repeats. */
  readonly group?: string
}

const pickTask = (random: Random): SampleTask => {
  let left = random.next() * TASKS.reduce((sum, task) => sum + task.share, 0)
  return TASKS.find((task) => (left -= task.share) < 0)!
}

/** `count` requests in order of time; the same seed and name give the same requests. */
const makeRequests = (options: {
  readonly seed: number
  readonly name: string
  readonly count: number
  readonly firstDay: string
  readonly days: number
  /** Keys of conversations that must not come again. */
  readonly taken: ReadonlySet<string>
}): ReadonlyArray<{ readonly request: Request; readonly entry: Entry }> => {
  const traffic = makeRandom(`${options.seed}/${options.name}`)
  const times = timesWithDailyRhythm(traffic, options.count, options.firstDay, options.days)
  const originals: Array<{ readonly request: Request; readonly entry: Entry }> = []
  return times.map((time, i) => {
    const id = `${options.name}-${String(i + 1).padStart(5, "0")}`
    const random = makeRandom(`${options.seed}/${id}`)
    const repeated = originals.length > 20 && random.chance(DUPLICATES)
    const entry = repeated ? repeat(random, random.pick(originals.slice(-MEMORY))) : writeUntaken(random, options.taken)
    const made = {
      entry,
      request: {
        request_id: id,
        task: entry.task,
        messages: entry.messages,
        ...(entry.parameters === undefined ? {} : { parameters: entry.parameters }),
        ts: time.toISOString(),
        reference: entry.reference,
        metadata: { difficulty: entry.difficulty, ...(entry.group === undefined ? {} : { group: entry.group }) }
      }
    }
    if (!repeated) originals.push(made)
    return made
  })
}

const write = (random: Random): Entry => {
  const task = pickTask(random)
  const difficulty = Math.round(random.next() ** task.skew * 1e4) / 1e4
  return { ...task.write(random, difficulty), task: task.task, difficulty }
}

const writeUntaken = (random: Random, taken: ReadonlySet<string>): Entry => {
  const entry = write(random)
  return taken.has(answerKey(entry.messages)) ? writeUntaken(random, taken) : entry
}

const repeat = (random: Random, of: { readonly request: Request; readonly entry: Entry }): Entry => ({
  ...of.entry,
  messages: nearDuplicate(random, of.entry.messages, /^(support|moderation)\./.test(of.entry.task)),
  group: of.request.request_id
})

/** The sample traffic: two weeks to optimize on, the three days after them as live traffic, and answers to both. */
export const makeSampleTraffic = (seed: number) => {
  const requests = makeRequests({
    seed,
    name: "sample",
    count: 2400,
    firstDay: "2026-01-12",
    days: 14,
    taken: new Set()
  })
  const taken = new Set(requests.map(({ entry }) => answerKey(entry.messages)))
  const holdout = makeRequests({ seed, name: "holdout", count: 360, firstDay: "2026-01-26", days: 3, taken })
  const answers = new Map<string, Answer>()
  for (const { entry } of [...requests, ...holdout]) {
    const key = answerKey(entry.messages)
    const { difficulty, right, task, wrong } = entry
    if (!answers.has(key)) answers.set(key, { key, task, difficulty, right, wrong })
  }
  return {
    requests: requests.map((made) => made.request),
    holdout: holdout.map((made) => made.request),
    answers: [...answers.values()]
  }
}
