import type { Price } from "@spillway/domain"
import { drawsOf } from "./Draws.ts"

/** A model that exists only as numbers. */
export interface SimulatedModel {
  readonly name: string
  readonly price: Price
  /** Difficulty at which half of the answers are right. */
  readonly skill: number
  /** Added to `skill` by task, or by a task's ancestor (`support` for `support.classify`). */
  readonly skillByTask?: Readonly<Record<string, number>> | undefined
  /** Steepness of the skill curve per unit of difficulty. */
  readonly slope: number
  /** Logits by which the token probabilities of an answer exceed what they should say. */
  readonly overconfidence: number
  /** Median milliseconds to the first token, and per token after it. */
  readonly ttftMs: number
  readonly msPerToken: number
}

/**
 * Three tiers whose prices and speeds are like those of a current model family. On tasks with evenly spread difficulty
 * they are right about 70 %, 85 % and 95 % of the time, and all above 96 % on easy requests.
 */
export const SIMULATED_MODELS: ReadonlyArray<SimulatedModel> = [
  {
    name: "economy",
    price: { input_usd_per_mtok: 0.1, cached_input_usd_per_mtok: 0.025, output_usd_per_mtok: 0.4 },
    skill: 0.73,
    slope: 6,
    overconfidence: 1.2,
    ttftMs: 180,
    msPerToken: 6
  },
  {
    name: "standard",
    price: { input_usd_per_mtok: 0.4, cached_input_usd_per_mtok: 0.1, output_usd_per_mtok: 1.6 },
    skill: 0.94,
    slope: 6,
    overconfidence: 0.6,
    ttftMs: 320,
    msPerToken: 10
  },
  {
    name: "flagship",
    price: { input_usd_per_mtok: 2, cached_input_usd_per_mtok: 0.5, output_usd_per_mtok: 8 },
    skill: 1.2,
    slope: 6,
    overconfidence: 0.2,
    ttftMs: 520,
    msPerToken: 18
  }
]

/** Largest difference that tasks make to a model's skill where `skillByTask` names none. */
const TASK_SPREAD = 0.08

const skillAt = (model: SimulatedModel, task: string, seed: number): number => {
  for (let name = task; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const offset = model.skillByTask?.[name]
    if (offset !== undefined) return model.skill + offset
  }
  return model.skill + TASK_SPREAD * (2 * drawsOf(seed, "skill", model.name, task).uniform() - 1)
}

/** Log-odds that a model answers a request of a task and difficulty right. */
export const logitRight = (model: SimulatedModel, task: string, difficulty: number, seed: number): number =>
  model.slope * (skillAt(model, task, seed) - difficulty)

/** The logistic function. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
