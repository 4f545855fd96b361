import { assert, describe, it } from "@effect/vitest"
import { driftMonitor } from "../../src/certify/DriftMonitor.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const options = { epsilon: 0.02, alpha: 0.05 }

/** Loss +1 or -1 on a tenth of audits, with the given mean. */
const loss = (mean: number, u: number) => u < 0.05 + mean / 2 ? 1 : u < 0.1 ? -1 : 0

describe("driftMonitor", () => {
  it("raises a false alarm with probability at most alpha at the edge of the promise, however long one looks", () => {
    let alarms = 0
    const runs = 300
    for (let seed = 0; seed < runs; seed++) {
      const random = seededRandom(seed)
      const monitor = driftMonitor(options)
      let alarmed = false
      for (let t = 0; t < 5_000; t++) alarmed = monitor.add(loss(0.02, random.uniform())).alarmed
      if (alarmed) alarms++
    }
    assert.isAtMost(alarms / runs, options.alpha)
  })

  it("notices a broken promise after a long quiet time", () => {
    let slowest = 0
    for (let seed = 0; seed < 50; seed++) {
      const random = seededRandom(seed)
      const monitor = driftMonitor(options)
      for (let t = 0; t < 5_000; t++) assert.isFalse(monitor.add(loss(0, random.uniform())).alarmed)
      let after = 0
      while (!monitor.add(random.uniform() < 0.15 ? 1 : 0).alarmed) after++
      slowest = Math.max(slowest, after)
    }
    assert.isAtMost(slowest, 400)
  })

  it("is not fooled by audits that look harder where losses are likely", () => {
    // Half of the traffic loses 4 % and is audited ten times as often as the half that loses nothing: E[D] = .02.
    let alarms = 0
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom(seed)
      const monitor = driftMonitor(options)
      let alarmed = false
      for (let t = 0; t < 3_000; t++) {
        const hard = random.uniform() < 10 / 11
        alarmed = monitor.add(hard && random.uniform() < 0.04 ? 1 : 0, hard ? 0.1 : 1).alarmed
      }
      if (alarmed) alarms++
    }
    assert.isAtMost(alarms / 200, options.alpha)
  })

  it("stays alarmed and counts its audits", () => {
    const monitor = driftMonitor(options)
    for (let t = 0; t < 100; t++) monitor.add(1)
    const state = monitor.add(-1)
    assert.isTrue(state.alarmed)
    assert.strictEqual(state.audits, 101)
  })
})
