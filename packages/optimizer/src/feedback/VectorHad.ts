import type { EmbeddingSpec } from "@spillway/domain"
import { embeddingText, type Policy, readsPredictions, type RequestView } from "@spillway/policy"

/** What the proxy logs of a vector that was in time. */
const IN_TIME: ReadonlySet<string> = new Set(["used", "cached"])

/**
 * The model whose vector a request had when it was served, or would have had under another plan of the draw; undefined
 * where there was none to be had.
 *
 * The proxy asks for a vector only where the drawn plan reads predictions, and only then logs how it came by it. Had it
 * drawn another plan that reads them, it would have asked: followed without the vector, that plan calls what it never
 * would have, and the path gets a wrong probability. Whether a vector that was not asked for would have been in time cannot
 * be known, and is assumed: the probabilities of such requests are as wrong as vectors are late.
 */
export const vectorHad = (
  view: RequestView,
  { embedding, point }: { readonly embedding?: string; readonly point?: string },
  policy: Policy
): EmbeddingSpec | undefined => {
  const spec = policy.predictor.embedding?.spec
  if (spec === undefined) return undefined
  const had = embedding === undefined
    ? embeddingText(view, spec.max_chars) !== undefined && onlyOthersRead(view, point, policy)
    : IN_TIME.has(embedding)
  return had ? spec : undefined
}

/** Whether the drawn plan reads no predictions, and another that might have been drawn does. */
const onlyOthersRead = (view: RequestView, point: string | undefined, policy: Policy): boolean =>
  point !== undefined && policy.points.includes(point) &&
  !readsPredictions(policy.choose(view, point).plan) &&
  policy.plans(view, point).some(({ plan, share }) => share > 0 && readsPredictions(plan))
