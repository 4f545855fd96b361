import type { Certificate } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { type Block, paragraph, type Section, strong } from "../document/Block.ts"
import { count, exactPercent, pValue, quality } from "../Format.ts"

const LABELS: Readonly<Record<Certificate["labels"], string>> = {
  graded: "Quality is what the graders gave.",
  judged: "Quality is what a judge model gave, corrected by a smaller set of sure grades.",
  agreement_with_flagship:
    "There are no grades: quality here is agreement with the flagship's answer. Where the flagship is wrong, a policy that agrees with it is wrong too."
}

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
          [LABELS[promise.labels]],
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
      ...promise.not_covered.length === 0
        ? []
        : [paragraph(strong("Not covered:")), {
          _tag: "List" as const,
          items: promise.not_covered.map((item) => [item])
        }]
    ]
  }
}
