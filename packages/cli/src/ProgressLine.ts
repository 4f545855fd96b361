import type { Progress } from "@spillway/replay"
import { usd } from "./Output.ts"

const EVERY_MS = 100

/** One line on standard error that is drawn over again; nothing where that is not a terminal, unless `always`. */
export const progressLine = (label: string, always = false) => {
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
      if (now - drawn < (tty ? EVERY_MS : EVERY_MS * 20) || !(tty || always)) return
      drawn = now
      process.stderr.write(tty ? `\r\u001b[2K${last}` : `${last}\n`)
    },
    end: (): void => {
      if (last !== "" && (tty || always)) process.stderr.write(tty ? `\r\u001b[2K${last}\n` : `${last}\n`)
    }
  }
}
