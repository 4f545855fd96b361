import type { Config } from "@spillway/domain"
import type { CallPlan } from "./PlanFile.ts"
import type { Progress } from "./Progress.ts"

/** What is to be replayed, and within what. */
export interface ReplayOptions {
  readonly config: Config
  /** Path of the configuration, for errors. */
  readonly source: string
  /** Path of the journal: {@link journalPath} of the database. */
  readonly journal: string
  /** Names of the tiers to replay on. Default: all. */
  readonly tiers?: ReadonlyArray<string> | undefined
  /** SQL over the columns of `requests`. */
  readonly where?: string | undefined
  /** Which calls to make, with the file that names them; all where it is left out. */
  readonly plan?: { readonly source: string; readonly calls: CallPlan } | undefined
  /** Most requests, in row order or the plan's. */
  readonly limit?: number | undefined
  /** US dollars that this replay may spend at most. Default: no limit. */
  readonly budgetUsd?: number | undefined
  /** Called after every call that is finished; has to return quickly. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The journal that stands beside a database file. */
export const journalPath = (database: string): string => `${database}.replay.ndjson`
