/** A budget that refills evenly, as providers' rate limits do. Times in milliseconds since 1970. */
export class TokenBucket {
  readonly limit: number
  #level: number
  #at: number

  /** Full at first. `limit` is what it holds and what a minute brings. */
  constructor(limit: number, now: number) {
    this.limit = limit
    this.#level = limit
    this.#at = now
  }

  /** What is left now. */
  level(now: number): number {
    this.#level = Math.min(this.limit, this.#level + (Math.max(0, now - this.#at) / 60_000) * this.limit)
    this.#at = now
    return this.#level
  }

  take(amount: number, now: number): void {
    this.#level = this.level(now) - amount
  }

  /** Milliseconds until the level is `amount`. */
  wait(amount: number, now: number): number {
    return Math.max(0, ((Math.min(amount, this.limit) - this.level(now)) / this.limit) * 60_000)
  }
}
