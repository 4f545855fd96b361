import { assert, describe, it } from "vitest"
import { renderHtml } from "../src/index.ts"
import { exampleReport, exampleTable } from "./exampleReport.ts"
import { hostile, hostileTable } from "./hostile.ts"
import { tagsOf } from "./tokens.ts"

const html = renderHtml(exampleReport, exampleTable)
const tags = tagsOf(html)
const named = (name: string) => tags.filter((tag) => tag.name === name)

describe("renderHtml", () => {
  it("has one title and its sections in order", () => {
    assert.strictEqual(named("h1").length, 1)
    assert.deepStrictEqual(named("section").map((tag) => tag.attributes.get("id")), [
      "headline",
      "frontier",
      "tasks",
      "shares",
      "savings",
      "certificate",
      "calibration",
      "points",
      "portfolio",
      "serve",
      "provenance"
    ])
  })

  it("is the same for the same input", () => {
    assert.strictEqual(renderHtml(structuredClone(exampleReport), structuredClone(exampleTable)), html)
  })

  it("needs nothing from elsewhere and runs nothing", () => {
    for (const name of ["script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "image", "use"]) {
      assert.strictEqual(named(name).length, 0, name)
    }
    for (const tag of tags) {
      for (const key of tag.attributes.keys()) assert.notMatch(key, /^(src|href|on\w+|srcset|action|xlink:href)$/)
    }
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!
    assert.notMatch(style, /url\(|@import|@font-face|expression/)
    const addresses = [...html.matchAll(/https?:\/\/[^\s"&<]+/g)].map(([url]) => url)
    assert.isAbove(addresses.length, 0)
    for (const url of addresses) assert.match(url, /^http:\/\/127\.0\.0\.1:/)
  })

  it("names its figures and tables for those who do not see them", () => {
    const ids = tags.flatMap((tag) => tag.attributes.get("id") ?? [])
    assert.strictEqual(new Set(ids).size, ids.length)
    assert.isAtLeast(named("svg").length, 8)
    for (const svg of named("svg")) {
      assert.strictEqual(svg.attributes.get("role"), "img")
      for (const id of svg.attributes.get("aria-labelledby")!.split(" ")) assert.include(ids, id)
    }
    assert.strictEqual(named("caption").length, named("table").length)
    assert.match(html, /<html lang="en">/)
  })

  it("has styles for light, dark, narrow and print", () => {
    assert.match(html, /prefers-color-scheme:dark/)
    assert.match(html, /@media print/)
    assert.match(html, /@media \(max-width:720px\)/)
  })

  it("defines every class and custom property that it uses", () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!
    const used = new Set([...style.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name!))
    for (const name of used) assert.strictEqual(style.split(`${name}:`).length, 4, `${name} in light, dark and print`)
    const drawn = named("svg").length > 0
      ? tags.filter((tag) => ["circle", "rect", "path", "line"].includes(tag.name)).map((tag) =>
        tag.attributes.get("class")
      )
      : []
    for (const name of new Set(drawn)) assert.include(style, `.${name}{`.replace("{", ""), `class ${name}`)
  })

  it("draws every mark inside its picture", () => {
    for (const [, width, height, content] of html.matchAll(/viewBox="0 0 (\d+) (\d+)"[^>]*>([\s\S]*?)<\/svg>/g)) {
      for (const [, x, y] of content!.matchAll(/<circle[^>]* cx="([^"]+)" cy="([^"]+)"/g)) {
        assert.isTrue(Number(x) >= 0 && Number(x) <= Number(width), `x ${x} of ${width}`)
        assert.isTrue(Number(y) >= 0 && Number(y) <= Number(height!), `y ${y} of ${height}`)
      }
      for (const [, x, length] of content!.matchAll(/<rect[^>]* x="([^"]+)"[^>]* width="([^"]+)"/g)) {
        assert.isTrue(Number(x) >= 0 && Number(x) + Number(length) <= Number(width) + .01)
      }
    }
  })

  it("marks and labels once what stands at one place, whatever the rounding", () => {
    const shifted = renderHtml({
      ...exampleReport,
      baselines: exampleReport.baselines.map((baseline, i) => ({
        ...baseline,
        cost_usd: baseline.cost_usd * (1 + i * 1e-15)
      }))
    }, exampleTable)
    const figure = /id="frontier-figure-960-title"[\s\S]*?<\/svg>/.exec(shifted)![0]
    const labels = [...figure.matchAll(/<text class="label[^>]*>([^<]+)</g)].map(([, text]) => text!)
    assert.deepStrictEqual(labels.filter((text) => /cheapest|flagship|best single/.test(text)), [
      "always cheapest",
      "always flagship"
    ])
    assert.include(figure, "always flagship = best single tier (selected) = best single tier (hindsight):")
  })

  it("draws bars as long as their shares", () => {
    const figure = /id="shares-by-point-960-title"[\s\S]*?<\/svg>/.exec(html)![0]
    const bars = [...figure.matchAll(/width="([\d.]+)" height="20"><title>([\w-]+): (\w+) ([\d.]+)/g)]
    const full = Number(bars.find(([, , point]) => point === "flagship")![1]) + 1.5
    assert.strictEqual(
      bars.length,
      exampleReport.frontier.flatMap((p) => Object.values(p.shares).filter((s) => s > 0)).length
    )
    for (const [, width, point, tier] of bars) {
      const share = exampleReport.frontier.find((p) => p.name === point)!.shares[tier!]!
      assert.closeTo(Number(width), share * full - 1.5, .02, `${point} ${tier}`)
    }
  })

  it("escapes every text that comes from outside", () => {
    const page = renderHtml(hostile(exampleReport), hostileTable(exampleTable), {
      title: "<script>alert(1)</script>",
      tableFile: "<img src=x onerror=alert(1)>",
      baseUrl: "\"><svg/onload=alert(1)>"
    })
    const found = tagsOf(page)
    assert.deepStrictEqual(
      [...new Set(found.map((tag) => tag.name))].filter((name) => !tags.some((tag) => tag.name === name)),
      []
    )
    for (const tag of found) {
      for (const key of tag.attributes.keys()) assert.isFalse(key.startsWith("on"), key)
    }
    assert.include(page, "&lt;script&gt;alert(1)&lt;/script&gt;")
  })
})
