import { createContext, Script } from "node:vm"

// Only a repeated group can make the engine try exponentially many ways.
const REPEATED_GROUP = /\)[*+{]/
const run = new Script("pattern.exec(text)")
const context = createContext({ pattern: undefined, text: undefined })

/** The time that one match may take. */
export const MATCH_MS = 1000

/** A pattern ran over {@link MATCH_MS} on one text. */
export class MatchTimeout extends Error {}

/**
 * The match of `pattern` in `text`. Throws {@link MatchTimeout} where a pattern with repeated groups takes too long,
 * which without a bound would stop the program: JavaScript's engine backtracks.
 */
export const boundedExec = (pattern: RegExp, text: string): RegExpExecArray | null => {
  pattern.lastIndex = 0
  if (!REPEATED_GROUP.test(pattern.source)) return pattern.exec(text)
  context.pattern = pattern
  context.text = text
  try {
    return run.runInContext(context, { timeout: MATCH_MS }) as RegExpExecArray | null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") throw new MatchTimeout()
    throw error
  }
}
