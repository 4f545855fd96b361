const EVERY_MS = { terminal: 100, file: 2_000 }

/**
 * One line on standard error: drawn over again on a terminal, written anew every two seconds elsewhere. What ends within
 * `quietMs` leaves no line.
 */
export const progressLine = <Progress>(text: (progress: Progress) => string, quietMs = 0) => {
  const tty = process.stderr.isTTY === true
  const started = performance.now()
  let drawn = -Infinity
  let last: string | undefined
  return {
    update: (progress: Progress): void => {
      const now = performance.now()
      if (now - started < quietMs) return
      last = text(progress)
      if (now - drawn < (tty ? EVERY_MS.terminal : EVERY_MS.file)) return
      drawn = now
      process.stderr.write(tty ? `\r\u001b[2K${last}` : `${last}\n`)
    },
    end: (): void => {
      if (last !== undefined) process.stderr.write(tty ? `\r\u001b[2K${last}\n` : `${last}\n`)
    }
  }
}
