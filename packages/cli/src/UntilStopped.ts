import { Effect } from "effect"

/** Waits for a signal. To be stopped is how a command that serves ends, so its exit code is then 0. */
export const untilStopped: Effect.Effect<never> = Effect.suspend(() => {
  process.exitCode = 0
  return Effect.never
})
