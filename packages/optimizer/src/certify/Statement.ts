import type { Certificate, Objective } from "@spillway/domain"
import { EXCEED } from "./Latency.ts"

/** What a certificate's words are made of. */
export interface StatementFacts {
  readonly objective: Objective
  readonly point: string
  readonly certified: boolean
  /** Costs above this, USD, count as this in the test of a budget; undefined where none is promised. */
  readonly capUsd: number | undefined
  /** Further requests that would probably help; null where none is known to. */
  readonly more: number | null
  /** Independent requests tested on. */
  readonly n: number
  /** Whether they were set apart; false where all were learned from, so that nothing was tested. */
  readonly heldOut: boolean
  readonly labels: Certificate["labels"]
  /** Sure grades that corrected the others, where they were enough to. */
  readonly gold: number | undefined
  readonly segments: Certificate["segments"] | undefined
  /** What misses the promise where no number of requests helps: the flagship itself, the points that are cheaper, or neither. */
  readonly missed: "flagship" | "cheaper" | "nothing"
  /** Share of the requests searched on that take the flagship longer than the cap or an unknown time; 0 without a cap. */
  readonly flagshipLate: number
  /** Share of the requests searched on whose latency at the flagship is not recorded. */
  readonly flagshipUntimed: number
  /** The best of the points that kept budget and cap on the requests searched on. */
  readonly inTime: string | undefined
}

/** Most mean USD per request that may be spent, by the stricter of both ways to say it. */
export const budgetUsd = (objective: Objective): number | undefined => {
  const monthly = objective.budget_usd_per_month !== undefined && objective.requests_per_month !== undefined
    ? objective.budget_usd_per_month / objective.requests_per_month
    : undefined
  const budgets = [objective.budget_usd_per_request, monthly].filter((b) => b !== undefined)
  return budgets.length === 0 ? undefined : Math.min(...budgets)
}

const WHY_NONE = {
  flagship: "the flagship itself misses the promise",
  cheaper: "the cheaper points miss the promise",
  nothing: "no point is cheaper than the flagship"
}

/** The promise in plain words, or why there is none. */
export const statement = (facts: StatementFacts): string => {
  const { certified, more, n, objective, point } = facts
  const quality = qualityIn(facts)
  const promises = [
    objective.absolute_floor !== undefined
      ? `${quality} is at least ${objective.absolute_floor}`
      : objective.floor !== undefined
      ? `${quality} is at least ${percent(objective.floor)} of the flagship's`
      : undefined,
    objective.p95_ms === undefined ? undefined : `at least 95 % of requests take at most ${objective.p95_ms} ms`,
    budgetUsd(objective) === undefined ? undefined : `the mean cost is at most ${budgetUsd(objective)} USD per request`
  ].filter((p) => p !== undefined).join(" and ")
  const confidence = percent(objective.confidence)
  const noneHelp = more === null || more === 0
  const needed = noneHelp
    ? `No number of further requests is likely to help: ${WHY_NONE[facts.missed]}.`
    : `About ${more} more ${moreOf(facts)} would probably certify the next cheaper point.`
  return [
    !facts.heldOut
      ? `Nothing is certified: ${
        noneHelp
          ? `on ${n} requests there was no saving worth testing`
          : `of ${n} requests too few could be set apart to test a saving`
      } (${promises}, at ${confidence} confidence), so all were learned from and the flagship is served. ${needed}`
      : certified
      ? `With ${confidence} confidence, on traffic like the ${n} requests it was tested on, ${promises} at point "${point}".`
      : point !== "flagship"
      ? `Nothing is certified at ${confidence} confidence on ${n} requests (${promises}). Point "${point}" is served: the best of those that kept ${
        keptWord(objective)
      } on the requests that were searched on, or the cheapest where none did.`
      : `Nothing cheaper than the flagship is certified at ${confidence} confidence on ${n} requests (${promises}), so the flagship is served. ${needed}`,
    point === "flagship" ? lateFlagship(facts) : undefined,
    facts.gold === undefined
      ? undefined
      : `Quality is that of sure grades: ${facts.gold} requests have them, and correct the ${
        facts.labels === "judged" ? "judge" : "agreement with the flagship"
      } that graded the others (prediction-powered inference).`,
    taskStatement(facts)
  ].filter((sentence) => sentence !== undefined).join(" ")
}

const keptWord = (objective: Objective): string =>
  objective.p95_ms === undefined
    ? "within the budget"
    : budgetUsd(objective) === undefined
    ? "the cap on latency"
    : "within the budget and the cap on latency"

/** That the flagship, which is served because nothing else is certified, breaks the cap itself. */
const lateFlagship = ({ flagshipLate, flagshipUntimed, inTime, objective }: StatementFacts): string | undefined =>
  flagshipLate <= EXCEED
    ? undefined
    : `The flagship itself breaks the cap: of the requests that were searched on, ${
      percent(flagshipLate)
    } took it longer than ${objective.p95_ms} ms${
      flagshipUntimed === 0 ? "" : ` or have no recorded latency (${percent(flagshipUntimed)})`
    }. ${
      inTime === undefined
        ? "No point kept the cap there."
        : `Of the points that kept it there, "${inTime}" is the best.`
    }`

const qualityIn = ({ gold, labels }: StatementFacts): string => {
  if (labels === "graded" || gold !== undefined) return "mean quality"
  return labels === "judged"
    ? "mean judged quality (a judge's opinion, not corrected)"
    : "mean agreement with the flagship's answers (there are no sure grades)"
}

const moreOf = ({ gold, labels }: StatementFacts): string =>
  gold !== undefined
    ? "requests with sure grades"
    : labels === "graded"
    ? "graded requests"
    : labels === "judged"
    ? "judged requests"
    : "requests"

const taskStatement = ({ objective, point, segments }: StatementFacts): string | undefined => {
  if (segments === undefined || objective.task_floor === undefined) return undefined
  const named = (certified: boolean) =>
    segments.filter((s) => s.certified === certified).map((s) => `"${s.task}"`).join(", ")
  const held = named(true), open = named(false)
  const floor = `at least ${percent(objective.task_floor)} of the flagship's quality at point "${point}"`
  return held === ""
    ? `For no single task is ${floor} certified.`
    : `Of single tasks, with ${percent(objective.confidence)} confidence in all of these together, ${held} ${
      segments.filter((s) => s.certified).length === 1 ? "keeps" : "keep"
    } ${floor}${open === "" ? "" : `; this is not certified for ${open}`}.`
}

/** What the promise does not cover. */
export const notCovered = (
  { capUsd, gold, labels, segments }: Pick<StatementFacts, "capUsd" | "labels" | "gold" | "segments">,
  tooFewGold: number
): ReadonlyArray<string> => [
  "traffic that differs from the requests it was tested on: watch for drift and certify again",
  segments === undefined
    ? "single tasks: the promise is about the mean over all requests"
    : "tasks that are not certified by themselves, and kinds of requests within a task",
  graders(labels, gold, tooFewGold),
  "models that a provider changes under the same name",
  "prices that change",
  ...(capUsd === undefined ? [] : [`requests dearer than ${Number(capUsd.toPrecision(3))} USD, which count as that`])
]

const graders = (labels: Certificate["labels"], gold: number | undefined, tooFewGold: number): string => {
  if (labels === "graded") return "errors of the graders themselves"
  if (gold !== undefined) {
    return "sure grades that are wrong, or that were not drawn at random from the requests that were judged"
  }
  const few = tooFewGold === 0
    ? "there are no sure grades to correct it"
    : `sure grades on ${tooFewGold} requests are too few to correct it`
  return labels === "judged"
    ? `the judge's bias: ${few}`
    : "requests on which the flagship is wrong: agreement with it is not quality"
}

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`
