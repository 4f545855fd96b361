import type { Acceptor } from "@spillway/domain"
import type { AnswerView } from "../AnswerView.ts"
import { agreement } from "../features/Agreement.ts"
import { answerFeatures, answerNames } from "../features/AnswerFeatures.ts"
import { denseNames } from "../features/DenseFeatures.ts"
import { refuse } from "../Refuse.ts"
import { calibrate } from "./Calibrate.ts"
import { standardize } from "./LinearHead.ts"

/** What an acceptor may look at after an answer. */
export interface Evidence {
  readonly answer: AnswerView
  /** All dense features of the request, raw, in the order of `denseNames`. */
  readonly dense: Float64Array
  /** Predicted quality of every tier, in the order of the table's tiers. */
  readonly quality: Float64Array
  /** The answer right before; undefined where this is the first. */
  readonly previous?: AnswerView | undefined
}

/** Reads named inputs from evidence. */
export interface InputReader {
  readonly names: ReadonlyArray<string>
  /** Writes the raw values to `out[offset]` and on; NaN where an input is missing. */
  readonly read: (evidence: Evidence, out: Float64Array, offset?: number) => void
}

/** `answer` and `previous` hold the text features of the two answers; those of a missing one are NaN. */
type Read = (evidence: Evidence, answer: Float64Array, previous: Float64Array) => number

const compileInput = (name: string, tiers: ReadonlyArray<string>): Read | undefined => {
  const colon = name.indexOf(":")
  const rest = name.slice(colon + 1)
  switch (name.slice(0, colon)) {
    case "signal":
      return ({ answer }) => answer.signals?.[rest] ?? Number.NaN
    case "answer": {
      const i = answerNames.indexOf(rest)
      return i < 0 ? undefined : (_, answer) => answer[i]!
    }
    case "request": {
      const i = denseNames.indexOf(rest)
      return i < 0 ? undefined : ({ dense }) => dense[i]!
    }
    case "exante": {
      const i = tiers.indexOf(rest)
      return i < 0 ? undefined : ({ quality }) => quality[i]!
    }
    case "previous":
      return compilePrevious(rest)
    default:
      return undefined
  }
}

const compilePrevious = (name: string): Read | undefined => {
  if (name === "agreement") {
    return ({ answer, previous }) => previous === undefined ? Number.NaN : agreement(answer.output, previous.output)
  }
  const colon = name.indexOf(":")
  const rest = name.slice(colon + 1)
  switch (name.slice(0, colon)) {
    case "signal":
      return ({ previous }) => previous?.signals?.[rest] ?? Number.NaN
    case "answer": {
      const i = answerNames.indexOf(rest)
      return i < 0 ? undefined : (_, __, previous) => previous[i]!
    }
    default:
      return undefined
  }
}

/**
 * Compiles input names (see `Acceptor` in `@spillway/domain`) to a reader. The optimizer fills its training matrix with
 * it and the proxy scores with it. Throws `BadInput` for a name that means nothing; `field` is the path of the inputs.
 */
export const compileInputs = (
  names: ReadonlyArray<string>,
  tiers: ReadonlyArray<string>,
  field = "inputs"
): InputReader => {
  const reads = names.map((name, i) =>
    compileInput(name, tiers) ?? refuse(
      `${field}[${i}].name`,
      `unknown input "${name}"`,
      "Use signal:<name>, answer:<feature>, request:<feature>, exante:<tier>, previous:agreement, previous:signal:<name> " +
        "or previous:answer:<feature> with names that exist"
    )
  )
  const readsAnswer = names.some((name) => name.startsWith("answer:"))
  const readsPrevious = names.some((name) => name.startsWith("previous:answer:"))
  const answer = new Float64Array(answerNames.length)
  const previous = new Float64Array(answerNames.length)
  return {
    names,
    read: (evidence, out, offset = 0) => {
      if (readsAnswer) answerFeatures(evidence.answer, answer)
      if (readsPrevious) {
        if (evidence.previous === undefined) previous.fill(Number.NaN)
        else answerFeatures(evidence.previous, previous)
      }
      for (let i = 0; i < reads.length; i++) out[offset + i] = reads[i]!(evidence, answer, previous)
    }
  }
}

const LOGIT_CLAMP = 1e-4

/** ln(v / (1 - v)) of a value in [0, 1], clamped to [1e-4, 1 - 1e-4]: the `logit` transform of an input. */
export const logit = (value: number): number => {
  const p = Math.min(1 - LOGIT_CLAMP, Math.max(LOGIT_CLAMP, value))
  return Math.log(p / (1 - p))
}

/** What one raw input adds to the score; one that is not finite counts as `missing`. */
const addendOf = (input: Acceptor["inputs"][number], raw: number): number => {
  const { mean, missing, scale, transform, weight } = input
  const value = transform === "logit" ? logit(raw) : raw
  return weight * (Number.isFinite(value) ? standardize(value, mean, scale) : missing)
}

/**
 * Calibrated score of raw inputs `values[offset]` and on (as an {@link InputReader} of the acceptor's names writes
 * them). Each is standardized and clipped to 6 deviations; one that is not finite takes `missing` instead.
 */
export const acceptorScore = (acceptor: Acceptor, values: Float64Array, offset = 0): number => {
  let score = acceptor.intercept
  for (let i = 0; i < acceptor.inputs.length; i++) score += addendOf(acceptor.inputs[i]!, values[offset + i]!)
  return calibrate(acceptor.calibrator, score)
}

/** Score of evidence before calibration, and its addends by `intercept` and the names of inputs. */
export const acceptorAddends = (
  acceptor: Acceptor,
  tiers: ReadonlyArray<string>,
  evidence: Evidence
): { readonly score: number; readonly addends: ReadonlyMap<string, number> } => {
  const values = new Float64Array(acceptor.inputs.length)
  compileInputs(acceptor.inputs.map(({ name }) => name), tiers).read(evidence, values)
  const addends = new Map([["intercept", acceptor.intercept]])
  let score = acceptor.intercept
  for (const [i, input] of acceptor.inputs.entries()) {
    const addend = addendOf(input, values[i]!)
    score += addend
    // One signal may be an input twice, as it is and as its logit.
    addends.set(input.name, (addends.get(input.name) ?? 0) + addend)
  }
  return { score, addends }
}

/** Compiles an acceptor to a function of evidence. Throws as {@link compileInputs} does. */
export const compileAcceptor = (
  acceptor: Acceptor,
  tiers: ReadonlyArray<string>,
  field = "acceptor"
): (evidence: Evidence) => number => {
  const reader = compileInputs(acceptor.inputs.map(({ name }) => name), tiers, `${field}.inputs`)
  const values = new Float64Array(acceptor.inputs.length)
  return (evidence) => {
    reader.read(evidence, values)
    return acceptorScore(acceptor, values)
  }
}
