import type { Progress } from "@spillway/replay"
import { usd } from "./Output.ts"

const EVERY_MS = { terminal: 100, file: 2_000 }

/** One line on standard error: drawn over again on a terminal, written anew every two seconds elsewhere. */
export const progressLine = (label: string) => {
  const tty = process.stderr.isTTY === true
  let drawn = 0
  const text = (p: Progress) => {
    const left = p.secondsLeft === undefined ? "-" : `${Math.ceil(p.secondsLeft)} s left`
    const failed = p.failed === 0 ? "" : `, ${p.failed} failed`
    return `${label} ${p.done}/${p.total}, ${p.callsPerSecond.toFixed(0)}/s, ${usd(p.spentUsd)} spent${failed}, ${left}`
  }
  let last = ""
  return {
    update: (progress: Progress): void => {
      last = text(progress)
      const now = performance.now()
      if (now - drawn < (tty ? EVERY_MS.terminal : EVERY_MS.file)) return
      drawn = now
      process.stderr.write(tty ? `\r\u001b[2K${last}` : `${last}\n`)
    },
    end: (): void => {
      if (last !== "") process.stderr.write(tty ? `\r\u001b[2K${last}\n` : `${last}\n`)
    }
  }
}
