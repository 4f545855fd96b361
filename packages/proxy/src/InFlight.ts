import { Effect, Fiber } from "effect"

/** The requests that have no whole reply yet, each a fiber. */
export class InFlight {
  readonly #fibers = new Set<Fiber.Fiber<void>>()
  readonly #changed: (size: number) => void
  #waiting: Array<() => void> = []

  constructor(changed: (size: number) => void) {
    this.#changed = changed
  }

  add(fiber: Fiber.Fiber<void>): void {
    this.#fibers.add(fiber)
    this.#changed(this.#fibers.size)
  }

  remove(fiber: Fiber.Fiber<void>): void {
    this.#fibers.delete(fiber)
    this.#changed(this.#fibers.size)
    if (this.#fibers.size > 0) return
    for (const resume of this.#waiting) resume()
    this.#waiting = []
  }

  /** Done when no request is under way. */
  get empty(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.#fibers.size === 0) resume(Effect.void)
      else this.#waiting.push(() => resume(Effect.void))
    })
  }

  /** Ends all requests that are under way. */
  get interrupted(): Effect.Effect<void> {
    return Effect.suspend(() => Fiber.interruptAll([...this.#fibers]))
  }
}
