import { HttpError } from "./HttpError.ts"
import type { ProxyContext } from "./ProxyContext.ts"
import { POINT_PREFIX, ROUTED_MODEL } from "./RoutedModel.ts"
import type { ActiveTable } from "./TableFile.ts"
import type { Upstream } from "./Upstream.ts"

/** Where a request goes by its model name. */
export type Target =
  | { readonly _tag: "Tier"; readonly upstream: Upstream }
  | { readonly _tag: "Point"; readonly table: ActiveTable; readonly point: string }

/** All names that a client may ask for: the routed ones first. */
export const modelNames = (context: ProxyContext): ReadonlyArray<string> => [
  ROUTED_MODEL,
  ...context.tables.current().policy.points.map((point) => `${POINT_PREFIX}${point}`),
  ...context.upstreams.keys()
]

/** What a model name stands for, or a 404 that lists what there is. */
export const targetOf = (context: ProxyContext, model: string): Target | HttpError => {
  const upstream = context.upstreams.get(model)
  if (upstream !== undefined) return { _tag: "Tier", upstream }
  const table = context.tables.current()
  if (model === ROUTED_MODEL) return { _tag: "Point", table, point: table.policy.defaultPoint }
  const point = model.startsWith(POINT_PREFIX) ? model.slice(POINT_PREFIX.length) : undefined
  if (point !== undefined && table.policy.points.includes(point)) return { _tag: "Point", table, point }
  return unknownModel(context, model)
}

/** The 404 for a model that does not exist. */
export const unknownModel = (context: ProxyContext, model: string): HttpError =>
  new HttpError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    problem: `The model \`${model.slice(0, 100)}\` does not exist. There are: ${modelNames(context).join(", ")}.`,
    param: "model"
  })
