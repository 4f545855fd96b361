// Writes datasets/sample/*.jsonl.gz: node --conditions=@spillway/source scripts/generate-sample-traffic.ts [seed]
import { writeFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { jsonLines, SEED } from "./sample-traffic/Files.ts"
import { makeSampleTraffic } from "./sample-traffic/SampleTraffic.ts"

const traffic = makeSampleTraffic(Number(process.argv[2] ?? SEED))
const folder = new URL("../datasets/sample/", import.meta.url)
for (const [name, rows] of Object.entries(traffic)) {
  const bytes = gzipSync(jsonLines(rows), { level: 9 })
  writeFileSync(new URL(`${name}.jsonl.gz`, folder), bytes)
  console.log(`${name}.jsonl.gz: ${rows.length} lines, ${Math.ceil(bytes.length / 1024)} kB`)
}
