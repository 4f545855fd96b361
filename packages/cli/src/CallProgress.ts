import type { Progress } from "@spillway/replay"
import { usd } from "./Output.ts"
import { progressLine } from "./ProgressLine.ts"

/** How far a command that makes many calls is, on standard error: done, rate, US dollars spent, time left. */
export const callProgress = (command: string) =>
  progressLine((p: Progress) => {
    const left = p.secondsLeft === undefined ? "-" : `${Math.ceil(p.secondsLeft)} s left`
    const failed = p.failed === 0 ? "" : `, ${p.failed} failed`
    return `${command} ${p.done}/${p.total}, ${p.callsPerSecond.toFixed(0)}/s, ${
      usd(p.spentUsd)
    } spent${failed}, ${left}`
  })
