import type { Certificate } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { type Block, paragraph, type Section, strong } from "../document/Block.ts"
import { count, exactPercent, interval, pValue, quality, qualityDifference } from "../Format.ts"

/** What quality means in this certificate. */
const meaning = ({ alpha, gold, labels, point }: Certificate): string => {
  if (labels === "graded") return "Quality is what the graders gave."
  const shown = labels === "judged"
    ? "The measured quality is a judge's opinion"
    : "The measured quality is agreement with the flagship's answer"
  if (gold !== undefined) {
    return `${shown}; the promise is about sure grades, which ${count(gold.requests)} of the requests have and which ` +
      `correct the others (prediction-powered inference). By them, the quality of ${point} minus the flagship's is ` +
      `${qualityDifference(gold.difference)}, with a ${exactPercent(1 - alpha)} interval of ${
        interval(gold.interval, qualityDifference)
      }.`
  }
  return labels === "judged"
    ? `${shown}, and no sure grades correct it: a judge that favours some tier favours it here too.`
    : `There are no grades. ${shown}: where the flagship is wrong, a policy that agrees with it is wrong too.`
}

const segments = (tasks: NonNullable<Certificate["segments"]>): Block => ({
  _tag: "Table",
  caption: "The floor for each task at the default point; p-values are adjusted for the number of tasks and points",
  columns: [{ name: "Task" }, { name: "Requests", numeric: true }, { name: "p-value", numeric: true }, {
    name: "Result"
  }],
  rows: tasks.map((s) => [s.task, count(s.n), pValue(s.p_value), s.certified ? "certified" : "not certified"])
})

const sequence = ({ sequence }: Certificate): Block => ({
  _tag: "Table",
  caption: "Tests in their fixed order; a point is certified where its p-value is at most its level",
  columns: [{ name: "Point" }, { name: "p-value", numeric: true }, { name: "Level", numeric: true }, {
    name: "Result"
  }],
  rows: sequence.map(({ level, p_value, point }) => [
    point,
    pValue(p_value),
    pValue(level),
    p_value <= level ? "certified" : "not certified"
  ])
})

/** The promise, how it was tested, and what it does not cover. */
export const certificate = (report: OptimizeReport): Section => {
  const promise = report.certificate
  return {
    id: "certificate",
    title: "Certificate",
    blocks: [
      paragraph(strong(promise.certified ? "Certified. " : "Not certified. "), promise.statement),
      ...promise.more_requests_needed === null ? [] : [
        paragraph(
          "About ",
          strong(`${count(promise.more_requests_needed)} more graded requests`),
          " would probably let the next cheaper point pass."
        )
      ],
      {
        _tag: "List",
        items: [
          [meaning(promise)],
          [`Test: ${promise.test}.`],
          [
            `Tested on ${count(promise.n)} requests that were set apart for it, worth ${count(promise.n_effective)} ` +
            "independent ones."
          ],
          [
            `Most mean quality lost against the flagship: ${
              quality(promise.epsilon)
            }. Chance of a wrong promise: at most ${exactPercent(promise.alpha)}. p-value of point ${promise.point}: ${
              pValue(promise.p_value)
            }.`
          ]
        ]
      },
      ...promise.sequence.length === 0 ? [] : [sequence(promise)],
      ...promise.segments === undefined ? [] : [segments(promise.segments)],
      ...promise.not_covered.length === 0
        ? []
        : [paragraph(strong("Not covered:")), {
          _tag: "List" as const,
          items: promise.not_covered.map((item) => [item])
        }]
    ]
  }
}
