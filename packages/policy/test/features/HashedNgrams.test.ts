import { assert, describe, it } from "@effect/vitest"
import { makeHasher, SAMPLE_CHARS } from "@spillway/policy"
import { Schema } from "effect"
import { fnv1a } from "../../src/features/Fnv.ts"

const entries = (bits: number, text: string, system?: string) => {
  const { indices, length, values } = makeHasher(bits).hash(text, system)
  return Array.from({ length }, (_, k) => [indices[k]!, values[k]!] as const)
}

const digest = (of: ReadonlyArray<readonly [number, number]>) => fnv1a(of.map(([i, v]) => `${i}:${v}`).join())

const unicode = "Größe: ２５ cm — 東京タワーの高さは？ 👩‍🚀 ﬁn\u0000e\tx"

describe("makeHasher", () => {
  it("hashes FNV-1a as published", () => {
    assert.strictEqual(fnv1a(""), 0x811c9dc5)
    assert.strictEqual(fnv1a("a"), 0xe40c292c)
    assert.strictEqual(fnv1a("foobar"), 0xbf9cf968)
  })

  // These vectors may only change together with FeatureSpec.version: tables hold one weight per bucket.
  it.each([
    ["", undefined, 0, 2_166_136_261],
    ["Hello, world 42!", undefined, 16, 3_905_214_413],
    ["Hello, world 42!", "Be brief.", 17, 3_903_922_395],
    [unicode, undefined, 41, 1_424_493_148]
  ])("gives %j with instructions %j its golden vector", (text, system, length, hash) => {
    const vector = entries(18, text, system)
    assert.deepStrictEqual([vector.length, digest(vector)], [length, hash])
  })

  it("gives a small text exactly its words, pairs and characters", () => {
    const hasher = makeHasher(20)
    const { length, values } = hasher.hash("Ab 12")
    const weights = Object.fromEntries(Array.from({ length }, (_, k) => [hasher.ngram(k), values[k]! ** 2]))
    const names = [" ab ", " 00 ", "ab", "00", "ab 00"]
    assert.sameMembers(Object.keys(weights), names)
    const total = 2 + 3 * 4
    for (const name of names) {
      const word = ["ab", "00", "ab 00"].includes(name)
      assert.approximately(weights[name]!, (word ? 4 : 1) / total, 1e-6, name)
    }
  })

  it("takes scripts without spaces two characters at a time", () => {
    const hasher = makeHasher(20)
    const { length } = hasher.hash("東京タワー")
    const names = Array.from({ length }, (_, k) => hasher.ngram(k))
    assert.sameMembers(names, [" 東京タ", "東京", "京タ", "タワ", "ワー", "東京タワー"])
  })

  it.prop("is deterministic, of unit length and in range", [Schema.String, Schema.String], ([text, system]) => {
    const hasher = makeHasher(10)
    const read = () => {
      const { indices, length, values } = hasher.hash(text, system)
      return { indices: indices.slice(0, length), values: values.slice(0, length) }
    }
    const first = read()
    hasher.hash("something else in between")
    assert.deepStrictEqual(read(), first)
    assert.strictEqual(new Set(first.indices).size, first.indices.length)
    assert.isTrue(first.indices.every((i) => i < 1024))
    const norm = first.values.reduce((sum, v) => sum + v * v, 0)
    if (first.indices.length > 0) assert.approximately(norm, 1, 1e-4)
  }, { arbitrary: { runs: 300 } })

  it("ignores case, white space and full-width forms", () => {
    assert.deepStrictEqual(entries(18, "The  Cat\n\tsat １"), entries(18, "the cat sat 7"))
  })

  it("reads a bounded part of a huge text, and both its ends", () => {
    const huge = "x".repeat(5_000_000)
    const { length } = makeHasher(8).hash(`${huge}\u{fdfa}`.repeat(2))
    assert.isAtMost(length, 256)
    assert.deepStrictEqual(entries(18, `begin ${huge} end`), entries(18, `begin ${huge}${huge} end`))
    assert.notDeepEqual(entries(18, `begin ${huge} end`), entries(18, `begin ${huge} fin`))
  })

  it("keeps within its memory where normalising lengthens the text and every character is a word", () => {
    for (const text of ["\u{fdfa}", "a ", "ab ", "İ", "\u{1f469}"]) {
      const { length, values } = makeHasher(8).hash(text.repeat(SAMPLE_CHARS))
      const norm = values.subarray(0, length).reduce((sum, v) => sum + v * v, 0)
      assert.approximately(norm, 1, 1e-4)
    }
  })

  it("spreads n-grams over the buckets as chance would", () => {
    const hasher = makeHasher(16)
    const seen = new Set<number>()
    const grams = new Set<string>()
    const letters = "abcdefghijklmnopqrstuvwxyz"
    for (let i = 0; i < 26 ** 3; i += 3) {
      const word = letters[Math.floor(i / 676)]! + letters[Math.floor(i / 26) % 26]! + letters[i % 26]!
      const { indices, length } = hasher.hash(word)
      for (let k = 0; k < length; k++) {
        seen.add(indices[k]!)
        grams.add(hasher.ngram(k))
      }
    }
    const buckets = 2 ** 16
    // Words and equal 4-grams have one name and two features, so the number of features is a little above the names'.
    const expected = buckets * (1 - Math.exp(-grams.size / buckets))
    assert.isAbove(seen.size, 0.9 * expected)
  })

  it("names the n-gram of a bucket, also that of the instructions", () => {
    const hasher = makeHasher(20)
    const { length } = hasher.hash("Cats", "Be brief.")
    assert.include(Array.from({ length }, (_, k) => hasher.ngram(k)), "(instructions)")
  })
})
