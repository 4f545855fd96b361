import { assert, describe, it } from "@effect/vitest"
import { chooseShare, unitHash } from "@spillway/policy"

const ids = Array.from({ length: 20_000 }, (_, i) => `req-${i}`)

describe("Mix", () => {
  // Tables mix by these numbers: another hash would serve other requests than the certificate was measured on.
  it("keeps its golden values", () => {
    assert.strictEqual(unitHash("", ""), 0.668922195911417)
    assert.strictEqual(unitHash("req-1", "balanced"), 0.3761577285990071)
    assert.strictEqual(unitHash("é👩‍🚀", "x"), 0.15023120624621644)
  })

  it("is uniform over identifiers that differ little", () => {
    const counts = new Float64Array(20)
    for (const id of ids) counts[Math.floor(unitHash(id, "p") * 20)]!++
    const expected = ids.length / 20
    const chi2 = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
    assert.isBelow(chi2, 43.8, "0.1 % critical value of chi-square with 19 degrees of freedom")
  })

  it("draws independently for different salts", () => {
    const below = (salt: string) => ids.map((id) => unitHash(id, salt) < 0.5)
    const a = below("a"), b = below("b")
    const both = ids.filter((_, i) => a[i] && b[i]).length / ids.length
    assert.approximately(both, 0.25, 0.015)
  })

  it("meets the shares and never draws a share of 0", () => {
    const shares = [{ share: 0 }, { share: 0.3 }, { share: 0.7 }, { share: 0 }]
    const counts = new Float64Array(4)
    for (const id of ids) counts[chooseShare(shares, id, "p")]!++
    assert.strictEqual(counts[0]! + counts[3]!, 0)
    assert.approximately(counts[1]! / ids.length, 0.3, 0.015)
  })
})
