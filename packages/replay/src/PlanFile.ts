import { BadInput, PlannedCall } from "@spillway/domain"
import { Effect, Schema, SchemaIssue } from "effect"

/** Tiers to ask, by request, in the order to make the calls. */
export type CallPlan = ReadonlyMap<string, ReadonlySet<string>>

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(PlannedCall))
const describe = SchemaIssue.makeFormatterStandardSchemaV1()

/** Reads a plan file as `spillway optimize --plan` writes it: one {@link PlannedCall} a line. Empty lines are passed over. */
export const readPlan = Effect.fnUntraced(function*(
  source: string,
  text: string
): Effect.fn.Return<CallPlan, BadInput> {
  const plan = new Map<string, Set<string>>()
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const { request_id, tier } = yield* decode(line).pipe(Effect.mapError((error) => {
      const issue = describe(error.issue).issues[0]!
      const field = (issue.path ?? []).map(String).join(".")
      return new BadInput({
        source,
        line: index + 1,
        ...(field === "" ? {} : { field }),
        problem: issue.message,
        mend:
          "Give one JSON object a line with request_id and tier, or write the plan anew with \"spillway optimize --plan\""
      })
    }))
    const tiers = plan.get(request_id)
    if (tiers === undefined) plan.set(request_id, new Set([tier]))
    else tiers.add(tier)
  }
  return plan
})
