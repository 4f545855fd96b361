import { AGREEMENT, BadInput, type Config, type Failure, type Grader, JUDGE, type Request } from "@spillway/domain"
import { Effect } from "effect"
import { agreement } from "./graders/agreement.ts"
import { boundedExec, MATCH_MS, MatchTimeout } from "./graders/BoundedRegExp.ts"
import { choice } from "./graders/choice.ts"
import { command } from "./graders/command.ts"
import { compileSchema } from "./graders/compileSchema.ts"
import { contains } from "./graders/contains.ts"
import { exact } from "./graders/exact.ts"
import { parsePath } from "./graders/FieldPath.ts"
import { json } from "./graders/json.ts"
import { normalized } from "./graders/normalized.ts"
import { numeric } from "./graders/numeric.ts"
import { regex } from "./graders/regex.ts"
import { type Check, graded, type Verdict } from "./graders/Verdict.ts"

/** A grader ready to grade: its patterns and schemas compiled. */
export interface Grading {
  /** The name its grades are stored under: the grader's type, or `judge` for a command that is one. */
  readonly name: Grader["type"] | typeof JUDGE
  /** `request.reference` is the right answer, or for `agreement` the flagship's. */
  readonly grade: (request: Request, output: string) => Effect.Effect<Verdict, BadInput | Failure>
}

/** A grader of the configuration and where it stands there. */
export interface ConfiguredGrader {
  readonly grader: Grader
  /** For example `graders.tasks.support.classify`. */
  readonly field: string
}

/** The grader of a task: its own, else that of its nearest ancestor (`support` for `support.classify`), else the default. */
export const graderFor = (task: string, graders: Config["graders"]): ConfiguredGrader | undefined => {
  const tasks = graders?.tasks ?? {}
  for (let name = task;; name = name.slice(0, name.lastIndexOf("."))) {
    if (Object.hasOwn(tasks, name)) return { grader: tasks[name]!, field: `graders.tasks.${name}` }
    if (!name.includes(".")) break
  }
  return graders?.default === undefined ? undefined : { grader: graders.default, field: "graders.default" }
}

/** Compiles a grader; what is wrong with it is told with its field in `source`, the configuration file. */
export const makeGrading = Effect.fnUntraced(function*(
  { field, grader }: ConfiguredGrader,
  source: string
): Effect.fn.Return<Grading, BadInput> {
  const attempt = <A>(name: string, mend: string, evaluate: () => A) =>
    Effect.try({
      try: evaluate,
      catch: (error) => new BadInput({ source, field: `${field}.${name}`, problem: (error as Error).message, mend })
    })
  const tooSlow = (name: string, request: Request) =>
    new BadInput({
      source,
      field: `${field}.${name}`,
      problem: `the pattern took over ${MATCH_MS} ms on the answer to request ${request.request_id}`,
      mend: "Take repetition out of repeated groups: (a+)+ is a+"
    })
  /** A check whose pattern stands in the field `name`. */
  const guarded =
    (name: string, check: (output: string, request: Request) => Verdict): Grading["grade"] => (request, output) =>
      Effect.suspend(() => {
        try {
          return Effect.succeed(check(output, request))
        } catch (error) {
          if (error instanceof MatchTimeout) return Effect.fail(tooSlow(name, request))
          throw error
        }
      })

  if (grader.type === "command") {
    return { name: grader.judge === true ? JUDGE : grader.type, grade: command(grader) }
  }
  if (grader.type === "agreement") {
    return { name: AGREEMENT, grade: (request, output) => Effect.sync(() => agreement(output, request.reference)) }
  }
  if (grader.type === "regex") {
    const flags = grader.flags ?? ""
    const pattern = yield* attempt(
      "pattern",
      "Write a JavaScript regular expression",
      () => new RegExp(grader.pattern, flags)
    )
    const check = regex(pattern)
    return { name: grader.type, grade: guarded("pattern", (output) => check(output, undefined)) }
  }

  let check: Check
  switch (grader.type) {
    case "exact":
      check = exact
      break
    case "normalized":
      check = normalized
      break
    case "numeric":
      check = numeric(grader)
      break
    case "contains":
      check = contains(grader)
      break
    case "choice":
      check = choice
      break
    case "json": {
      const { schema } = grader
      check = json({
        validate: schema &&
          (yield* attempt("schema", "Write a JSON Schema (draft 7 or 2020-12)", () => compileSchema(schema))),
        fields: grader.fields && (yield* Effect.forEach(grader.fields, (name, index) => {
          const path = parsePath(name)
          return path === undefined
            ? Effect.fail(
              new BadInput({
                source,
                field: `${field}.fields[${index}]`,
                problem: `${JSON.stringify(name)} is not a path`,
                mend: "Write a path like customer.orders[0].id"
              })
            )
            : Effect.succeed({ name, path })
        })),
        allowProse: grader.allow_prose === true
      })
    }
  }
  if (grader.extract === undefined) {
    return { name: grader.type, grade: (request, output) => Effect.sync(() => check(output, request.reference)) }
  }
  const { extract } = grader
  const pattern = yield* attempt("extract", "Write a JavaScript regular expression", () => new RegExp(extract))
  return {
    name: grader.type,
    grade: guarded("extract", (output, request) => {
      const match = boundedExec(pattern, output)
      return match === null
        ? graded(0, `nothing in the answer matches ${pattern}`)
        : check(match[1] ?? match[0], request.reference)
    })
  }
})
