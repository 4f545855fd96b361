import { BadInput, Config, type Config as ConfigType } from "@spillway/domain"
import { Effect, Schema, SchemaIssue } from "effect"
import { readFile } from "node:fs/promises"
import { isNode, LineCounter, parseDocument } from "yaml"

/** A configuration with the file it came from. */
export interface Loaded {
  readonly path: string
  readonly config: ConfigType
}

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
  const text = yield* Effect.promise(() => readFile(path, "utf8").catch(() => undefined))
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
    new BadInput({ source: path, ...lineOf(field), field: fieldPath(field), problem, mend })
  const config = yield* decode(document.toJS()).pipe(Effect.mapError((error) => {
    const issue = describe(error.issue).issues[0]!
    const field = (issue.path ?? []).map((part) => typeof part === "object" ? part.key : part)
    return bad(field, issue.message, "See docs/configuration.md for what this field takes")
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
  for (const [name, provider] of Object.entries(config.providers)) {
    if (!URL.canParse(provider.base_url)) {
      return yield* bad(["providers", name, "base_url"], "not an address", "Write one like https://api.openai.com/v1")
    }
  }
  return { path, config }
})

/** `tiers[1].price` for `["tiers", 1, "price"]`. */
const fieldPath = (field: ReadonlyArray<PropertyKey>): string =>
  field.reduce<string>(
    (path, part) =>
      typeof part === "number" ? `${path}[${part}]` : path === "" ? String(part) : `${path}.${String(part)}`,
    ""
  )

/** Name of the flagship: the one the configuration names, else the last tier. */
export const flagshipOf = (config: ConfigType): string => config.flagship ?? config.tiers[config.tiers.length - 1]!.name
