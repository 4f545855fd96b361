import { BadInput, Config, type Config as ConfigType, GRADER_TYPES } from "@spillway/domain"
import { Effect, Option, Schema, SchemaIssue } from "effect"
import { readFile } from "node:fs/promises"
import { dirname, isAbsolute, join } from "node:path"
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml"

const DEFAULT = "spillway.yaml"

/** A configuration with the file it came from. */
export interface Loaded {
  readonly path: string
  readonly config: ConfigType
}

/** A path that a configuration names, or would by default, lies beside it: `--config` works from any folder. */
export const besideConfig = (loaded: Loaded | undefined, path: string): string =>
  loaded === undefined || isAbsolute(path) ? path : join(dirname(loaded.path), path)

/**
 * The configuration that `--config` names, else `spillway.yaml`, which may be missing: undefined then. A file that was
 * named may not, or its objective and tiers would be passed over in silence.
 */
export const findConfig = (flag: Option.Option<string>): Effect.Effect<Loaded | undefined, BadInput> =>
  loadConfig(Option.getOrElse(flag, () => DEFAULT), Option.isSome(flag))

/** The same, for commands that cannot do without. */
export const requireConfig = (flag: Option.Option<string>): Effect.Effect<Loaded, BadInput> =>
  Effect.map(loadConfig(Option.getOrElse(flag, () => DEFAULT), true), (loaded) => loaded!)

const decode = Schema.decodeUnknownEffect(Config, { errors: "all", onExcessProperty: "error" })
const describe = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Reads `spillway.yaml` and checks it: against the schema, and that names it uses exist. Errors name file, line and
 * field. Undefined where the file is missing and `required` is false.
 */
export const loadConfig = Effect.fnUntraced(function*(
  path: string,
  required: boolean
): Effect.fn.Return<Loaded | undefined, BadInput> {
  const text = yield* readText(path)
  if (text === undefined) {
    if (!required) return undefined
    return yield* new BadInput({
      source: path,
      problem: "no such configuration",
      mend: "Run \"spillway init\" to write one, or name it with --config"
    })
  }
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const syntax = document.errors[0]
  if (syntax !== undefined) {
    return yield* new BadInput({
      source: path,
      line: counter.linePos(syntax.pos[0]).line,
      problem: syntax.message.split("\n")[0]!.replace(/ at line .*$/, ""),
      mend: "Correct the YAML"
    })
  }
  const lineOf = (field: ReadonlyArray<PropertyKey>): { line: number } | Record<string, never> => {
    for (let depth = field.length; depth > 0; depth--) {
      const node = document.getIn(field.slice(0, depth), true)
      if (isNode(node) && node.range != null) return { line: counter.linePos(node.range[0]).line }
    }
    return {}
  }
  const bad = (field: ReadonlyArray<PropertyKey>, problem: string, mend: string) =>
    new BadInput({
      source: path,
      ...lineOf(field),
      ...(field.length === 0 ? {} : { field: fieldPath(field) }),
      problem,
      mend
    })
  const config = yield* decode(document.toJS()).pipe(Effect.mapError((error) => {
    const issue = describe(error.issue).issues[0]!
    const field = (issue.path ?? []).map((part) => typeof part === "object" ? part.key : part)
    return bad(field, problemOf(issue.message, document, field), "See docs/configuration.md for what it takes")
  }))
  const names = new Set<string>()
  for (const [i, tier] of config.tiers.entries()) {
    if (names.has(tier.name)) {
      return yield* bad(["tiers", i, "name"], `two tiers are named "${tier.name}"`, "Give each tier a name of its own")
    }
    names.add(tier.name)
    if (!Object.hasOwn(config.providers, tier.provider)) {
      return yield* bad(
        ["tiers", i, "provider"],
        `no provider is named "${tier.provider}"`,
        `Known providers: ${Object.keys(config.providers).join(", ")}`
      )
    }
  }
  if (config.flagship !== undefined && !names.has(config.flagship)) {
    return yield* bad(["flagship"], `no tier is named "${config.flagship}"`, `Known tiers: ${[...names].join(", ")}`)
  }
  const { embeddings } = config
  if (embeddings !== undefined) {
    const { local, model, provider } = embeddings
    if ((local === undefined) === (model === undefined) || (provider === undefined) !== (model === undefined)) {
      return yield* bad(["embeddings"], "it does not name one model", "Give either `local`, or `provider` and `model`")
    }
    if (provider !== undefined && !Object.hasOwn(config.providers, provider)) {
      return yield* bad(
        ["embeddings", "provider"],
        `no provider is named "${provider}"`,
        `Known providers: ${Object.keys(config.providers).join(", ")}`
      )
    }
  }
  for (const [name, provider] of Object.entries(config.providers)) {
    if (!/^https?:$/.test(URL.parse(provider.base_url)?.protocol ?? "")) {
      return yield* bad(
        ["providers", name, "base_url"],
        "not an http or https address",
        "Write one like https://api.openai.com/v1"
      )
    }
  }
  return { path, config }
})

/** The text of a file; undefined where there is none of that name. */
const readText = (path: string): Effect.Effect<string | undefined, BadInput> =>
  Effect.catchIf(
    Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: (cause) => cause as NodeJS.ErrnoException }),
    ({ code }) => code === "ENOENT",
    () => Effect.succeed(undefined)
  ).pipe(
    Effect.mapError(({ code }) =>
      new BadInput({
        source: path,
        problem: code === "EISDIR" ? "is a folder" : `cannot be read (${code})`,
        mend: "Name a file that can be read with --config"
      })
    )
  )

/** What a schema found wrong, in the user's words. Values other than numbers are not repeated: one might be a key. */
const problemOf = (message: string, document: Document, field: ReadonlyArray<PropertyKey>): string => {
  const value: unknown = field.length === 0 ? document.toJS() : document.getIn(field)
  if (field.length === 0) return value === null ? "the file is empty" : "not a list of fields with their values"
  if (message === "Missing key") return "is missing"
  if (message === "Expected no excess property") return "there is no such field here"
  if (field[0] === "graders" && isMap(value)) {
    const type = value.get("type")
    if (type === undefined) return `a grader has no type. Types: ${GRADER_TYPES.join(", ")}`
    if (!GRADER_TYPES.some((known) => known === type)) {
      return `no grader is of type ${JSON.stringify(type)}. Types: ${GRADER_TYPES.join(", ")}`
    }
  }
  const got = typeof value === "number" ? `, got ${value}` : ""
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}${got}`
}

/** `tiers[1].price` for `["tiers", 1, "price"]`. */
const fieldPath = (field: ReadonlyArray<PropertyKey>): string =>
  field.reduce<string>(
    (path, part) =>
      typeof part === "number" ? `${path}[${part}]` : path === "" ? String(part) : `${path}.${String(part)}`,
    ""
  )

/** Name of the flagship: the one the configuration names, else the last tier. */
export const flagshipOf = (config: ConfigType): string => config.flagship ?? config.tiers[config.tiers.length - 1]!.name
