import { layer } from "@spillway/store"
import { Option } from "effect"
import { besideConfig, type Loaded } from "./Configuration.ts"

const DEFAULT = "spillway.duckdb"

/** Path of the DuckDB file: the flag, else the configuration's, else `spillway.duckdb`. */
export const databasePath = (flag: Option.Option<string>, loaded: Loaded | undefined): string =>
  Option.getOrElse(flag, () => besideConfig(loaded, loaded?.config.database ?? DEFAULT))

/** The store of that file, which must be there: to begin an empty one would hide that its path is mistyped. */
export const openStore = (flag: Option.Option<string>, loaded: Loaded | undefined) =>
  layer(databasePath(flag, loaded), { existing: true })

/** The store of that file, made where it does not exist: for what fills it. */
export const makeStore = (flag: Option.Option<string>, loaded: Loaded | undefined) => layer(databasePath(flag, loaded))
