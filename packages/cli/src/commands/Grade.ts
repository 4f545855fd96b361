import { gradeAll, type GradeReport } from "@spillway/replay"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { flagshipOf, requireConfig } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { blamingFlags, configFlag, dbFlag, jsonFlag, tiersFlag, whereFlag } from "../Flags.ts"
import { knownOrStoredTiers } from "../KnownTiers.ts"
import { counted, print, table } from "../Output.ts"
import { requireRequests } from "../RequireRequests.ts"

export const gradeCommand = Command.make(
  "grade",
  {
    config: configFlag,
    db: dbFlag,
    tiers: tiersFlag,
    where: whereFlag,
    regrade: Flag.Boolean("regrade").pipe(
      Flag.withDescription("Grade again what has a grade"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ config, db, json, regrade, tiers, where }) {
    const loaded = yield* requireConfig(config)
    const condition = Option.getOrUndefined(where)
    const report = yield* requireRequests(condition).pipe(
      Effect.andThen(knownOrStoredTiers(tiers, loaded.config.tiers.map(({ name }) => name))),
      Effect.flatMap((tiers) =>
        gradeAll({
          graders: loaded.config.graders,
          source: loaded.path,
          flagship: flagshipOf(loaded.config),
          where: condition,
          tiers,
          regrade
        })
      ),
      blamingFlags("--where"),
      Effect.provide(openStore(db, loaded))
    )
    yield* print(json, report, gradeText(report))
  })
).pipe(Command.withDescription("Grade the answers with the task's grader; re-runs without replaying"))

/** What grading did, for people. */
export const gradeText = (report: GradeReport): string => {
  if (report.tasks.length === 0) {
    return "No answer is stored for these requests and tiers. Next: spillway replay, or import recorded outcomes."
  }
  return [
    table(
      ["task", "tier", "grader", "graded", "kept", "ungradable", "quality"],
      report.tasks.map((t) => [
        t.task,
        t.tier,
        t.grader ?? "none",
        String(t.graded),
        String(t.kept),
        String(t.ungradable),
        t.mean_quality === null ? "-" : t.mean_quality.toFixed(3)
      ])
    ),
    "",
    `${report.graded} graded, ${report.kept} kept, ${
      counted(report.failed, "failed answer")
    } at quality 0, ${report.ungradable} ungradable, ${report.seconds.toFixed(1)} s.`,
    ...report.ungraded.map((u) => `${u.task}: ${counted(u.outcomes, "answer")} not graded: ${u.reason}`)
  ].join("\n")
}
