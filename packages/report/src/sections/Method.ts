import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { code, paragraph, type Section } from "../document/Block.ts"
import { count, UNKNOWN } from "../Format.ts"

/** Which classes of policy were compared and which won. */
export const portfolio = (report: OptimizeReport): Section => ({
  id: "portfolio",
  title: "Policy classes compared",
  blocks: report.portfolio.length === 0 ? [paragraph("Only one class of policy was tried.")] : [
    paragraph(
      "Cross-validated scores; greater is better. The choice is penalized for the spread between folds, so that no class " +
        "wins by luck."
    ),
    {
      _tag: "Table",
      caption: "Cross-validated score of each class",
      columns: [{ name: "Class" }, { name: "Score", numeric: true }, { name: "Standard error", numeric: true }, {
        name: ""
      }],
      rows: report.portfolio.map((entry) => [
        entry.class,
        entry.score.toFixed(4),
        entry.stderr.toFixed(4),
        entry.chosen ? "chosen" : ""
      ]),
      marked: report.portfolio.findIndex((entry) => entry.chosen)
    }
  ]
})

/** Whether the vectors of an embedding model were worth reading; none where there were none. */
export const embedding = ({ embedding }: OptimizeReport): ReadonlyArray<Section> => {
  if (embedding === undefined) return []
  const { dimensions, error_with, error_without, kept, model, requests, standard_error, without_vector } = embedding
  return [{
    id: "embedding",
    title: "Embeddings",
    blocks: [
      paragraph(
        "Vectors of ",
        code(model),
        ` (${count(dimensions)} values) ${
          kept ? "are read" : "were tried and are not read"
        }: they are kept only where the ` +
          "cross-validated error of the predicted differences to the flagship falls by more than its standard error. It is " +
          `${error_with.toFixed(4)} with them and ${error_without.toFixed(4)} without, a difference of ${
            (error_without - error_with).toFixed(4)
          } with a standard error of ${standard_error.toFixed(4)}. ${count(without_vector)} of ${
            count(requests)
          } requests have no vector.`
      )
    ]
  }]
}

/** How to run the table. */
export const serving = (
  report: OptimizeReport,
  options: { readonly tableFile: string; readonly baseUrl: string }
): Section => ({
  id: "serve",
  title: "Serve it",
  blocks: [
    { _tag: "CodeBlock", text: `spillway serve --table ${options.tableFile}` },
    paragraph(
      "Point an OpenAI client at ",
      code(options.baseUrl),
      " and name the model ",
      code("spillway"),
      ` for the default point (${report.default_point}), `,
      code("spillway/<point>"),
      " for another, or a tier to pass straight through."
    ),
    {
      _tag: "CodeBlock",
      text: `new OpenAI({ baseURL: "${options.baseUrl}" }).chat.completions.create({ model: "spillway", messages })`
    },
    paragraph("Why a request goes where it goes: ", code("spillway explain"), ".")
  ]
})

/** Where the figures come from. */
export const provenance = (report: OptimizeReport, table: RoutingTable): Section => {
  const source = table.provenance
  const facts: ReadonlyArray<readonly [string, string]> = [
    ["Spillway", source.spillway_version],
    ["Data (SHA-256)", source.data_sha256],
    ["Seed", String(source.seed)],
    ["Requests", count(source.requests)],
    ["Outcomes", count(source.outcomes)],
    ["Requests to fit, select and certify", [source.fit, source.select, source.certify].map(count).join(" / ")],
    ["First request", source.first_ts ?? UNKNOWN],
    ["Last request", source.last_ts ?? UNKNOWN],
    ...Object.entries(report.timing).map(([phase, seconds]) => [`Seconds to ${phase}`, seconds.toFixed(2)] as const),
    ["Greatest memory, MB", count(report.peak_rss_mb)]
  ]
  return {
    id: "provenance",
    title: "Provenance",
    blocks: [
      paragraph(
        "The same data, options, seed and version give the same routing table, byte for byte. The digest does not cover " +
          "stored vectors: where there are any, they must be the same too."
      ),
      {
        _tag: "Table",
        caption: "Where the figures come from",
        columns: [{ name: "What" }, { name: "Value" }],
        rows: facts
      }
    ]
  }
}
