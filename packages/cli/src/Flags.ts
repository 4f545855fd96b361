import { Option } from "effect"
import { Flag } from "effect/cli"

/** Flags that several commands share. */
export const configFlag = Flag.String("config").pipe(
  Flag.withAlias("c"),
  Flag.withDescription("Configuration file (default: spillway.yaml)"),
  Flag.withDefault("spillway.yaml")
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

/** The names of a comma-separated flag; undefined where it is not given. */
export const names = (flag: Option.Option<string>): ReadonlyArray<string> | undefined =>
  Option.getOrUndefined(
    Option.map(flag, (text) => text.split(",").map((name) => name.trim()).filter((name) => name !== ""))
  )
