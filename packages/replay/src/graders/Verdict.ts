/** What a grader says of one answer. */
export type Verdict =
  | {
    readonly _tag: "Graded"
    /** In [0, 1]. */
    readonly quality: number
    /** Why, in words: what was compared, what differed. */
    readonly evidence: string
  }
  | {
    readonly _tag: "Ungradable"
    /** Why no quality can be given, the same text for the same kind of reason. It is not a quality of 0. */
    readonly reason: string
  }

/** A grader that needs nothing but the texts. */
export type Check = (answer: string, reference: string | undefined) => Verdict

export const graded = (quality: number, evidence: string): Verdict => ({ _tag: "Graded", quality, evidence })

export const ungradable = (reason: string): Verdict => ({ _tag: "Ungradable", reason })

/** The verdict where a grader needs the request's reference and there is none. */
export const missingReference = ungradable("the request has no reference")

/** Text for evidence: in quotes, on one line, cut after 80 characters. */
export const quote = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim()
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 79)}…` : line)
}
