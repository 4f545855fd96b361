import type { GradeReport, TaskTierGrades } from "./GradeReport.ts"

/** What became of one outcome. */
export type Judged =
  | { readonly _tag: "Graded"; readonly quality: number; readonly failed: boolean }
  | { readonly _tag: "Kept"; readonly quality: number }
  | { readonly _tag: "Ungraded"; readonly reason: string }

interface Cell extends Omit<TaskTierGrades, "graded" | "kept" | "failed" | "ungradable" | "mean_quality"> {
  graded: number
  kept: number
  failed: number
  ungradable: number
  /** Of qualities. */
  sum: number
}

/** Counts what becomes of the outcomes by task and tier. */
export const makeGradeTally = () => {
  const cells = new Map<string, Cell>()
  const reasons = new Map<string, { task: string; reason: string; outcomes: number }>()

  const count = (task: string, tier: string, grader: string | null, judged: Judged) => {
    const key = `${task}\u0000${tier}`
    const cell = cells.get(key) ??
      { task, tier, grader, graded: 0, kept: 0, failed: 0, ungradable: 0, sum: 0 }
    cells.set(key, cell)
    switch (judged._tag) {
      case "Graded":
        cell.graded += 1
        cell.failed += judged.failed ? 1 : 0
        cell.sum += judged.quality
        break
      case "Kept":
        cell.kept += 1
        cell.sum += judged.quality
        break
      case "Ungraded": {
        cell.ungradable += 1
        const reasonKey = `${task}\u0000${judged.reason}`
        const counted = reasons.get(reasonKey) ?? { task, reason: judged.reason, outcomes: 0 }
        counted.outcomes += 1
        reasons.set(reasonKey, counted)
      }
    }
  }

  const report = () => {
    const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
    const tasks = [...cells.values()].map((cell): TaskTierGrades => {
      const { failed, graded, grader, kept, sum, task, tier, ungradable } = cell
      const n = graded + kept
      return { task, tier, grader, graded, kept, failed, ungradable, mean_quality: n === 0 ? null : sum / n }
    }).toSorted((a, b) => order(a.task, b.task) || order(a.tier, b.tier))
    const total = (of: "graded" | "kept" | "failed" | "ungradable") => tasks.reduce((sum, cell) => sum + cell[of], 0)
    return {
      graded: total("graded"),
      kept: total("kept"),
      failed: total("failed"),
      ungradable: total("ungradable"),
      tasks,
      ungraded: [...reasons.values()].toSorted((a, b) => order(a.task, b.task) || b.outcomes - a.outcomes)
    } satisfies Partial<GradeReport>
  }
  return { count, report }
}
