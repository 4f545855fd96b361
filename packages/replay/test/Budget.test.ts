import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { makeBudget } from "../src/Budget.ts"

const Usd = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Call = Schema.Struct({
  upper: Usd,
  share: Usd,
  steps: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
})
const Row = Schema.Array(Call).check(Schema.isMinLength(1), Schema.isMaxLength(4))

describe("Budget", () => {
  it.effect.prop(
    "is never exceeded by calls under way together, and every row is decided",
    [
      Schema.Array(Row).check(Schema.isMaxLength(30)),
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
    ],
    ([rows, limit]) =>
      Effect.gen(function*() {
        const budget = makeBudget(limit)
        let spent = 0
        let refused = false
        const fibers: Array<Fiber.Fiber<void>> = []
        for (const row of rows) {
          if (!(yield* budget.reserve(row.map(({ upper }) => upper)))) {
            refused = true
            const left = row.reduce((sum, { upper }) => sum + upper, 0)
            assert.isAbove(spent + left, limit, "refused what would have fitted")
            break
          }
          for (const { share, steps, upper } of row) {
            const call = Effect.gen(function*() {
              for (let i = 0; i < steps; i++) yield* Effect.yieldNow
              spent += upper * share
              assert.isAtMost(spent, limit + 1e-9)
              yield* budget.settle(upper, upper * share)
            })
            fibers.push(yield* Effect.forkChild(call))
          }
        }
        yield* Fiber.joinAll(fibers)
        assert.closeTo(budget.spentUsd(), spent, 1e-9)
        if (!refused) assert.isAtMost(spent, limit + 1e-9)
      }),
    { arbitrary: { runs: 200 } }
  )

  it.effect("waits for what a call under way gives back", () =>
    Effect.gen(function*() {
      const budget = makeBudget(1)
      assert.isTrue(yield* budget.reserve([0.9]))
      assert.isFalse(budget.tryReserve(0.5))
      const waiting = yield* Effect.forkChild(budget.reserve([0.5]))
      yield* Effect.yieldNow
      yield* budget.settle(0.9, 0.1)
      assert.isTrue(yield* Fiber.join(waiting))
      yield* budget.settle(0.5, 0.5)
      assert.isFalse(yield* budget.reserve([0.5]))
      assert.isTrue(yield* budget.reserve([0.4]))
    }))

  it.effect("counts what was spent before", () =>
    Effect.gen(function*() {
      const budget = makeBudget(1, 0.8)
      assert.isFalse(yield* budget.reserve([0.3]))
      assert.isTrue(yield* makeBudget(Infinity, 1e9).reserve([1e9]))
    }))
})
