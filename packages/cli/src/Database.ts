import { layer } from "@spillway/store"
import { Option } from "effect"
import { dirname, isAbsolute, join } from "node:path"
import type { Loaded } from "./Configuration.ts"

const DEFAULT = "spillway.duckdb"

/**
 * Path of the DuckDB file: the flag, else the configuration's, else `spillway.duckdb`, both beside the configuration, so
 * that `--config` works from any folder.
 */
export const databasePath = (flag: Option.Option<string>, loaded: Loaded | undefined): string =>
  Option.getOrElse(flag, () => {
    const path = loaded?.config.database ?? DEFAULT
    return loaded === undefined || isAbsolute(path) ? path : join(dirname(loaded.path), path)
  })

/** The store of that file. */
export const openStore = (flag: Option.Option<string>, loaded: Loaded | undefined) => layer(databasePath(flag, loaded))
