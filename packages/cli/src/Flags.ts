import { BadInput } from "@spillway/domain"
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

/** The store names a wrong selection by its parameter, which the user gave as a flag: the condition as `where`. */
export const blamingFlags =
  (where: string) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | BadInput, R> =>
    Effect.mapError(effect, (error) => {
      if (!(error instanceof BadInput) || (error.source !== "where" && error.source !== "limit")) return error
      const { mend, problem, source } = error
      return new BadInput({ source: source === "where" ? where : "--limit", problem, mend, usage: true })
    })

/** Fails where a flag is given that only means something beside another: to pass it over would hide the slip. */
export const requireWith = (
  name: string,
  flag: Option.Option<unknown>,
  other: string,
  present: boolean
): Effect.Effect<void, BadInput> =>
  Option.isNone(flag) || present ? Effect.void : Effect.fail(
    new BadInput({
      source: name,
      problem: `belongs to ${other}`,
      mend: `Add ${other}, or leave ${name} out`,
      usage: true
    })
  )
