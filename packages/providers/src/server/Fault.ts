/** What can go wrong on purpose, by the names that `x-simulate-fault` and the server options take. */
export const FAULT_KINDS = [
  "429",
  "500",
  "503",
  "reset",
  "silence",
  "slow_first_token",
  "cut",
  "stall",
  "malformed",
  "no_done"
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** One fault. */
export interface Fault {
  readonly kind: FaultKind
  /** Attempts at a request that it hits, from the first; all where left out. */
  readonly attempts?: number | undefined
  /** Milliseconds of `slow_first_token` (20,000) and `stall` (30,000). */
  readonly ms?: number | undefined
  /** Seconds in `Retry-After` of 429 (1) and 503 (none). */
  readonly retryAfter?: number | undefined
}

/** Request header that asks for a fault: `cut`, `429;attempts=2;retry_after=0.5`, `stall;ms=500`. */
export const FAULT_HEADER = "x-simulate-fault"

const isKind = (kind: string): kind is FaultKind => FAULT_KINDS.includes(kind as FaultKind)

/** The fault that a text like those of {@link FAULT_HEADER} names, or a word about what is wrong with it. */
export const parseFault = (text: string): Fault | string => {
  const [kind = "", ...settings] = text.split(";").map((part) => part.trim())
  if (!isKind(kind)) return `no fault named "${kind}"; there are ${FAULT_KINDS.join(", ")}`
  const fault: { -readonly [K in keyof Fault]: Fault[K] } = { kind }
  for (const setting of settings) {
    const [name, number] = setting.split("=", 2)
    const value = Number(number)
    if (number === undefined || number === "" || !(value >= 0)) return `"${setting}" is not name=number`
    if (name === "attempts") fault.attempts = value
    else if (name === "ms") fault.ms = value
    else if (name === "retry_after") fault.retryAfter = value
    else return `no setting "${name}"; there are attempts, ms, retry_after`
  }
  return fault
}

/** True where a fault hits this attempt, counted from 1. */
export const hits = (fault: Fault, attempt: number): boolean =>
  fault.attempts === undefined || attempt <= fault.attempts
