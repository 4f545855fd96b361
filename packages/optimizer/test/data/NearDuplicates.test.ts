import { assert, describe, it } from "@effect/vitest"
import { mix } from "../../src/data/Folds.ts"
import { NearDuplicates } from "../../src/data/NearDuplicates.ts"
import { makeShingler } from "../../src/data/Shingles.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const fnv = (word: string) => {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** By regular expression and Set, as the definition reads. */
const shinglesByDefinition = (text: string): ReadonlySet<number> => {
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(fnv)
  return words.length < 3
    ? new Set(words)
    : new Set(words.slice(2).map((word, i) => mix(mix(words[i]!, words[i + 1]!), word)))
}

const TEXTS = [
  "",
  "one",
  "Two words",
  "the cat and the dog and the cat and the dog",
  "数学の問題を 解いて ください 今日",
  `${"long ".repeat(5_000)}end of it`
]

const groupsOf = (texts: ReadonlyArray<string>): Uint32Array => {
  const duplicates = new NearDuplicates()
  for (const text of texts) duplicates.add(text)
  return duplicates.groups()
}

const sentence = (random: ReturnType<typeof seededRandom>, words: number): Array<string> =>
  Array.from({ length: words }, () => `w${random.integer(500)}`)

describe("requests without text", () => {
  it("are not near-duplicates of one another", () => {
    assert.deepStrictEqual([...groupsOf(["", "same", " \n", "same", ""])], [0, 1, 2, 1, 4])
  })
})

describe("shingles", () => {
  it("are those of the definition, for any text and in any order of texts", () => {
    const shinglesOf = makeShingler()
    for (const text of [...TEXTS, ...TEXTS.toReversed()]) {
      const found = shinglesOf(text)
      assert.strictEqual(new Set(found).size, found.length, text.slice(0, 40))
      assert.deepStrictEqual(new Set(found), shinglesByDefinition(text), text.slice(0, 40))
    }
  })
})

describe("near-duplicates", () => {
  it("are joined, and only they, and a group is named by its first text", () => {
    const random = seededRandom(1)
    const different = Array.from({ length: 300 }, () => sentence(random, 60))
    // One word of sixty changed: 3 of 61 shingles differ on either side, a similarity of about .9.
    const changed = different.slice(0, 100).map((words) => words.with(random.integer(60), "other"))
    const group = groupsOf([...different, ...changed].map((words) => words.join(" ")))
    assert.deepStrictEqual(group.slice(0, 300), Uint32Array.from({ length: 300 }, (_, i) => i))
    const joined = changed.filter((_, i) => group[300 + i] === i).length
    assert.isAtLeast(joined, 80)
    changed.forEach((_, i) => assert.include([i, 300 + i], group[300 + i]))
  })

  it("do not come of an instruction that opens every request", () => {
    const random = seededRandom(2)
    const opening = sentence(random, 80).join(" ")
    const group = groupsOf(Array.from({ length: 200 }, () => `${opening} ${sentence(random, 12).join(" ")}`))
    assert.strictEqual(new Set(group).size, 200)
  })

  it("of texts without words of their own are equal texts", () => {
    const texts = Array.from(
      { length: 60 },
      (_, i) => ["good morning to you all", "GOOD MORNING to you all!", "?"][i % 3]!
    )
    assert.deepStrictEqual(groupsOf(texts), Uint32Array.from({ length: 60 }, (_, i) => i % 3))
  })

  it("of no texts are none", () => assert.strictEqual(groupsOf([]).length, 0))
})
