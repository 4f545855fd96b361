import type { LabelBudget, Planned, ReplayPlan } from "@spillway/optimizer"
import { counted, percent, table, usd } from "./Output.ts"

const dollars = (value: number | null): string => value === null ? "unknown" : usd(value)

/** What to replay next and what fewer labels would have reached, for people. */
export const planText = ({ labelBudgets, plan }: Planned, out: string): string =>
  [
    ...(labelBudgets.length === 0 ? [] : [labelBudgetText(labelBudgets), ""]),
    ...(plan.candidates.length === 0 ? [] : [candidatesText(plan), ""]),
    plan.statement,
    ...(plan.calls.length === 0 ? [] : [
      "",
      table(
        ["replay on", "calls", "expected"],
        plan.tiers.map((t) => [t.tier, String(t.calls), dollars(t.expected_usd)])
      ),
      `${counted(plan.requests, "request")} (${plan.completed} begun before), ${
        counted(plan.calls.length, "call")
      }, expected ${dollars(plan.expected_usd)}. Wrote ${out}. Next: spillway replay --plan ${out}, spillway grade.`
    ])
  ].join("\n")

const candidatesText = ({ candidates, point }: ReplayPlan): string =>
  table(
    ["to certify", "saves/request", "replay", "expected", "chance", "pays back after"],
    candidates.map((c) => [
      c.point === point ? `${c.point} *` : c.point,
      usd(c.saves_usd),
      c.requests === null ? "no number helps" : counted(c.requests, "request"),
      c.requests === null ? "-" : dollars(c.expected_usd),
      c.chance === null ? "-" : percent(c.chance, 0),
      c.pays_back_after === null ? "-" : counted(c.pays_back_after, "request")
    ])
  )

const labelBudgetText = (budgets: ReadonlyArray<LabelBudget>): string =>
  [
    table(
      ["labels", "certified", "saving", "95 %", "quality", "cost at the floor", "95 %"],
      budgets.map((b) => [
        String(b.labels),
        `${Math.round(b.certified * b.draws)} of ${b.draws}`,
        percent(b.saving.value),
        `${percent(b.saving.interval[0])} to ${percent(b.saving.interval[1])}`,
        percent(b.relative_quality.value),
        b.cost_at_floor_usd === null ? "-" : usd(b.cost_at_floor_usd.value),
        b.cost_at_floor_usd === null ? "-" : b.cost_at_floor_usd.interval.map(usd).join(" to ")
      ])
    ),
    "\"saving\" and \"quality\" of what is served, relative to the flagship; means over the draws, intervals over all of them."
  ].join("\n")
