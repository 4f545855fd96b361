import { BadInput, type Config } from "@spillway/domain"
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"

/** Flags that several commands share. */
export const configFlag = Flag.String("config").pipe(
  Flag.withAlias("c"),
  Flag.withDescription("Configuration file (default: spillway.yaml)"),
  Flag.optional
)

export const dbFlag = Flag.String("db").pipe(
  Flag.withDescription("DuckDB file (default: the configuration's, else spillway.duckdb)"),
  Flag.optional
)

export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDescription("Print one JSON object instead of text"),
  Flag.withDefault(false)
)

export const whereFlag = Flag.String("where").pipe(
  Flag.withDescription("SQL condition over the columns of requests, for example \"task = 'support.intent'\""),
  Flag.optional
)

export const tiersFlag = Flag.String("tiers").pipe(
  Flag.withDescription("Names of the tiers, separated by commas"),
  Flag.optional
)

export const seedFlag = Flag.Int("seed").pipe(
  Flag.withDescription("Seed of everything random (default: 1)"),
  Flag.withDefault(1)
)

export const portFlag = Flag.Int("port").pipe(
  Flag.filter((port) => port >= 0 && port <= 65_535, (port) => `Expected a port from 0 to 65535, got ${port}`)
)

/** The names of a comma-separated flag; undefined where it is not given. */
export const names = (flag: Option.Option<string>): ReadonlyArray<string> | undefined =>
  Option.getOrUndefined(
    Option.map(flag, (text) => text.split(",").map((name) => name.trim()).filter((name) => name !== ""))
  )

/** The tiers that `--tiers` names, each of which the configuration must know; undefined where it is not given. */
export const configuredTiers = Effect.fnUntraced(function*(
  flag: Option.Option<string>,
  config: Config
): Effect.fn.Return<ReadonlyArray<string> | undefined, BadInput> {
  const given = names(flag)
  const unknown = given?.find((name) => !config.tiers.some((tier) => tier.name === name))
  if (unknown === undefined) return given
  return yield* new BadInput({
    source: "--tiers",
    problem: `no tier is named "${unknown}"`,
    mend: `Known tiers: ${config.tiers.map((tier) => tier.name).join(", ")}`,
    usage: true
  })
})

/** The store names a wrong selection by its parameter, which the user gave as a flag. */
export const blamingFlags = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | BadInput, R> =>
  Effect.mapError(effect, (error) => {
    if (!(error instanceof BadInput) || (error.source !== "where" && error.source !== "limit")) return error
    const problem = error.problem.replace(/[.!]+$/, "")
    return new BadInput({ source: `--${error.source}`, problem, mend: error.mend, usage: true })
  })
