import { runInNewContext } from "node:vm"
import { CODE_PIECES, COUNTER_NAMES, FUNCTION_NAMES, LIST_NAMES } from "./CodePieces.ts"
import type { SampleTask } from "./SampleTask.ts"

const SYSTEM = "Repair the JavaScript so that every check holds. Change only the lines that are wrong and return the " +
  "whole code, without comments or explanation."

/** The JSON texts of what `code` makes of the calls; `error` where one throws or the code hangs. */
export const runChecks = (code: string, calls: ReadonlyArray<string>): ReadonlyArray<string> => {
  const attempts = calls.map((call) => `(() => { try { return JSON.stringify(${call}) } catch { return "error" } })()`)
  try {
    return Array.from(
      runInNewContext(`${code}\n;[${attempts.join(",")}]`, {}, { timeout: 1000 }) as Array<string | undefined>,
      String
    )
  } catch {
    return calls.map(() => "error")
  }
}

const fenced = (code: string) => `\`\`\`js\n${code}\n\`\`\``

export const codeRepair: SampleTask = {
  task: "code.repair",
  share: 9,
  skew: .75,
  write: (random, difficulty) => {
    const count = 1 + Math.floor(Math.min(.999, difficulty) * 3)
    const names = random.sample(FUNCTION_NAMES, count)
    const pieces = random.sample(CODE_PIECES, count).map((piece, i) => {
      const words: Record<string, string> = {
        "@fn": names[i]!,
        "@items": random.pick(LIST_NAMES),
        "@counts": random.pick(COUNTER_NAMES)
      }
      const named = (text: string) => text.replace(/@\w+/g, (word) => words[word]!)
      return {
        code: piece.lines.map(named).join("\n"),
        bugs: piece.bugs.map(([right, broken]) => ({ right: named(right), broken: named(broken) })),
        calls: piece.checks.map((check) => `${names[i]}(${check})`)
      }
    })
    const fixed = pieces.map((piece) => piece.code).join("\n\n")
    const broken = random.sample(pieces.flatMap((piece) => piece.bugs), 1 + Math.round(difficulty * 3))
    const withBugs = (bugs: typeof broken) =>
      bugs.reduce((code, bug) => code.replace(bug.right, () => bug.broken), fixed)
    const calls = pieces.flatMap((piece) => piece.calls)
    const checks = runChecks(fixed, calls).map((result, i) => `${calls[i]} -> ${result}`)
    const left = random.sample(broken, 1)
    const symptom = random.pick([
      "The checks below fail.",
      "This worked until the last refactoring.",
      "A colleague says that there is something wrong in here.",
      `The tests are red since ${random.pick(["Monday", "the merge", "the last release"])}.`
    ])
    return {
      messages: [
        { role: "system", content: SYSTEM },
        { role: "user", content: `${symptom}\n\n${fenced(withBugs(broken))}\n\nChecks:\n${checks.join("\n")}` }
      ],
      parameters: { temperature: 0, max_tokens: 900 },
      reference: broken.map((bug) => bug.right).join("\n"),
      right: [fixed, fenced(fixed)],
      wrong: [
        fenced(withBugs(left)),
        withBugs(broken),
        fenced(withBugs(broken).replace(/return (\w+)$/m, "return $1 ?? null"))
      ].filter((code, i, all) => all.indexOf(code) === i)
    }
  }
}
