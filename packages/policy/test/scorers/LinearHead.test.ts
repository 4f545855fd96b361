import { assert, describe, it } from "@effect/vitest"
import { decodeFloat32, dotDense, dotSparse, encodeFloat32, standardize } from "@spillway/policy"
import { Schema } from "effect"

describe("LinearHead", () => {
  it("writes little-endian float32", () => {
    assert.strictEqual(encodeFloat32([1, -2.5]), Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]).toString("base64"))
    assert.strictEqual(encodeFloat32([]), "")
  })

  it.prop("reads what it wrote", [Schema.Array(Schema.Finite)], ([values]) => {
    const rounded = Float32Array.from(values).filter(Number.isFinite)
    assert.deepStrictEqual(decodeFloat32(encodeFloat32(rounded)), rounded)
  })

  it.each(["AAA=", "AAAA", "AAAAAA", "****", "AACAfw==", "AADAfw==", "AAAA AA=="])("refuses %j", (text) => {
    assert.isUndefined(decodeFloat32(text))
  })

  it("multiplies", () => {
    assert.strictEqual(dotDense(Float64Array.of(1, 2), Float64Array.of(9, 3, 4), 1), 11)
    const sparse = { indices: Uint32Array.of(2, 0, 1), values: Float32Array.of(2, 3, 100), length: 2 }
    assert.strictEqual(dotSparse(Float32Array.of(1, 10, 100), sparse), 203)
  })

  it("standardizes and clips", () => {
    assert.strictEqual(standardize(5, 1, 2), 2)
    assert.strictEqual(standardize(1e9, 1, 2), 6)
    assert.strictEqual(standardize(-1e9, 1, 2), -6)
  })
})
