/** Grades of one task on one tier. */
export interface TaskTierGrades {
  readonly task: string
  readonly tier: string
  /** Name of the configured grader; null where none is. */
  readonly grader: string | null
  /** Grades given now. */
  readonly graded: number
  /** Outcomes that had their grade already. */
  readonly kept: number
  /** Of `graded`, those of failed outcomes, at quality 0. */
  readonly failed: number
  readonly ungradable: number
  /** Over `graded` and `kept`; null where there are none. */
  readonly mean_quality: number | null
}

/** Outcomes that have no grade, and why. */
export interface Ungraded {
  readonly task: string
  readonly reason: string
  readonly outcomes: number
}

/** What `gradeAll` did. */
export interface GradeReport {
  readonly run_id: string
  readonly graded: number
  readonly kept: number
  readonly failed: number
  readonly ungradable: number
  /** By task, then tier. */
  readonly tasks: ReadonlyArray<TaskTierGrades>
  readonly ungraded: ReadonlyArray<Ungraded>
  readonly seconds: number
}
