import {
  AGREEMENT,
  type BadInput,
  type Config,
  type Failure,
  type Grade,
  type Outcome,
  type Request
} from "@spillway/domain"
import { outcomeKey, Store } from "@spillway/store"
import { Clock, Effect, Option, Pull, Schema, Stream } from "effect"
import type { GradeReport } from "./GradeReport.ts"
import { type Judged, makeGradeTally } from "./GradeTally.ts"
import { graderFor, type Grading, makeGrading } from "./Grading.ts"

/** Which outcomes are graded, and how. */
export interface GradeOptions {
  readonly graders: Config["graders"]
  /** Path of the configuration, for errors. */
  readonly source: string
  /** The tier that `agreement` compares with. */
  readonly flagship?: string | undefined
  /** SQL over the columns of `requests`. */
  readonly where?: string | undefined
  readonly tiers?: ReadonlyArray<string> | undefined
  /** Grade also what has a grade of the configured grader. */
  readonly regrade?: boolean | undefined
  /** What a failed outcome is worth: `zero` (default) is quality 0, `skip` is no grade. */
  readonly failed?: "zero" | "skip" | undefined
  /** Called after every batch with the outcomes seen so far. */
  readonly onProgress?: ((outcomes: number) => void) | undefined
}

/** Programs of the user's own that run at once. */
const CONCURRENCY = 4
const FAILED = "failed"

/** The grade that is an outcome's quality at present. */
const Present = Schema.Struct({
  request_id: Schema.String,
  tier: Schema.String,
  grader: Schema.String,
  quality: Schema.Finite,
  failed: Schema.Boolean
})
const decodePresent = Schema.decodeUnknownOption(Present)

const presentGrades = Effect.gen(function*() {
  const store = yield* Store
  const present = new Map<string, typeof Present.Type>()
  yield* store.streamQuery(
    `SELECT request_id, tier, grader, quality, coalesce(starts_with(evidence, '${FAILED}'), false) AS failed
     FROM grades WHERE effective`
  ).pipe(Stream.runForEach((rows) =>
    Effect.sync(() => {
      for (const grade of rows.flatMap((row) => Option.toArray(decodePresent(row)))) {
        present.set(outcomeKey(grade), grade)
      }
    })
  ))
  return present
})

interface Asked {
  readonly request: Request
  /** Undefined where there is none, or where no grader needs it. */
  readonly flagshipAnswer: string | undefined
}

/** Finds one tier's answers to requests that are asked for in their own order, holding one chunk of outcomes. */
const answerFinder = Effect.fnUntraced(function*(outcomes: Stream.Stream<ReadonlyArray<Outcome>, BadInput | Failure>) {
  const pull = yield* Stream.toPull(Stream.flattenIterable(outcomes))
  let chunk: ReadonlyArray<Outcome> = []
  let at = 0
  return Effect.fnUntraced(function*(id: string): Effect.fn.Return<string | undefined, BadInput | Failure> {
    if (at === chunk.length) {
      chunk = yield* Pull.catchDone(pull, () => Effect.succeed<ReadonlyArray<Outcome>>([]))
      at = 0
    }
    const head = chunk[at]
    if (head?.request_id !== id) return undefined
    at += 1
    return head.output
  })
})

/** The selected requests, with the flagship's answers where they are needed. */
const asked = Effect.fnUntraced(function*(
  store: Store["Service"],
  where: string | undefined,
  flagship: string | undefined
) {
  const requests = Stream.flattenIterable(store.requests({ where }))
  if (flagship === undefined) return Stream.map(requests, (request): Asked => ({ request, flagshipAnswer: undefined }))
  const find = yield* answerFinder(store.outcomes({ where, tiers: [flagship] }))
  return Stream.mapEffect(
    requests,
    (request) => Effect.map(find(request.request_id), (flagshipAnswer): Asked => ({ request, flagshipAnswer }))
  )
})

/** Finds the requests of outcomes that come in the requests' own order, holding one chunk of requests. */
const requestFinder = Effect.fnUntraced(function*(requests: Stream.Stream<Asked, BadInput | Failure>) {
  const pull = yield* Stream.toPull(requests)
  let chunk: ReadonlyArray<Asked> = []
  let at = 0
  return Effect.fnUntraced(function*(id: string): Effect.fn.Return<Asked, BadInput | Failure> {
    while (chunk[at]?.request.request_id !== id) {
      at += 1
      if (at >= chunk.length) {
        chunk = yield* Pull.catchDone(pull, () => Effect.die(new Error(`an outcome of the unknown request ${id}`)))
        at = 0
      }
    }
    return chunk[at]!
  })
})

const usesAgreement = (graders: Config["graders"]): boolean =>
  [graders?.default, ...Object.values(graders?.tasks ?? {})].some((grader) => grader?.type === AGREEMENT)

/** A request whose reference is the flagship's answer, or nothing. */
const compared = (request: Request, flagshipAnswer: string | undefined): Request => {
  const { reference: _, ...unanswered } = request
  return flagshipAnswer === undefined ? unanswered : { ...unanswered, reference: flagshipAnswer }
}

interface Item {
  readonly request: Request
  readonly outcome: Outcome
  readonly grading: Grading | undefined
}

/**
 * Grades the stored outcomes by their task's configured grader: those that have no grade of it, or all with `regrade`.
 * Tasks without a grader keep the grades they came with. Grades are written batch by batch, so that a run that is
 * stopped goes on where it was.
 */
export const gradeAll = Effect.fn("gradeAll")(function*(
  options: GradeOptions
): Effect.fn.Return<GradeReport, BadInput | Failure, Store> {
  const store = yield* Store
  const startedMs = yield* Clock.currentTimeMillis
  const present = yield* presentGrades
  const tally = makeGradeTally()
  const gradings = new Map<string, Grading | undefined>()
  let seen = 0

  const gradingOf = Effect.fnUntraced(function*(task: string) {
    if (!gradings.has(task)) {
      const configured = graderFor(task, options.graders)
      gradings.set(task, configured && (yield* makeGrading(configured, options.source)))
    }
    return gradings.get(task)
  })

  const judge = Effect.fnUntraced(function*({ grading, outcome, request }: Item) {
    const failed = outcome.error !== undefined
    const now = present.get(outcomeKey(outcome))
    const settled = now !== undefined && (grading === undefined ||
      (options.regrade !== true && now.grader === grading.name && now.failed === failed))
    const counted = (judged: Judged) => {
      tally.count(request.task, outcome.tier, grading?.name ?? null, judged)
      return undefined
    }
    if (settled) return counted({ _tag: "Kept", quality: now.quality })
    if (grading === undefined) return counted({ _tag: "Ungraded", reason: "no grader is configured for the task" })
    const give = (quality: number, evidence: string): Grade => {
      counted({ _tag: "Graded", quality, failed })
      return { request_id: outcome.request_id, tier: outcome.tier, grader: grading.name, quality, evidence }
    }
    if (outcome.error !== undefined) {
      return options.failed === "skip"
        ? counted({ _tag: "Ungraded", reason: "the tier gave no answer" })
        : give(0, `${FAILED}: ${outcome.error}`)
    }
    if (outcome.output === undefined) {
      return counted({ _tag: "Ungraded", reason: "the answer's text was not recorded" })
    }
    const verdict = yield* grading.grade(request, outcome.output)
    return verdict._tag === "Graded"
      ? give(verdict.quality, verdict.evidence)
      : counted({ _tag: "Ungraded", reason: verdict.reason })
  })

  const selection = { where: options.where, tiers: options.tiers }
  yield* Effect.gen(function*() {
    const flagship = usesAgreement(options.graders) ? options.flagship : undefined
    const find = yield* requestFinder(yield* asked(store, options.where, flagship))
    yield* Stream.runForEach(
      store.outcomes(selection),
      Effect.fnUntraced(function*(outcomes) {
        const items: Array<Item> = []
        for (const outcome of outcomes) {
          const { flagshipAnswer, request } = yield* find(outcome.request_id)
          const grading = yield* gradingOf(request.task)
          items.push({
            request: grading?.name === AGREEMENT ? compared(request, flagshipAnswer) : request,
            outcome,
            grading
          })
        }
        const grades = yield* Effect.forEach(items, judge, { concurrency: CONCURRENCY })
        yield* store.putGrades(grades.filter((grade) => grade !== undefined))
        seen += outcomes.length
        options.onProgress?.(seen)
      })
    )
  }).pipe(Effect.scoped)

  const endedMs = yield* Clock.currentTimeMillis
  const report: GradeReport = {
    run_id: `grade-${startedMs}`,
    ...tally.report(),
    seconds: (endedMs - startedMs) / 1000
  }
  yield* store.putRun({
    run_id: report.run_id,
    command: "grade",
    started_at: new Date(startedMs).toISOString(),
    ended_at: new Date(endedMs).toISOString(),
    detail: { graded: report.graded, kept: report.kept, failed: report.failed, ungraded: report.ungraded }
  })
  return report
})
