import type { RoutingTable } from "@spillway/domain"
import { type Dataset, taskOf } from "../data/Dataset.ts"

/** Says which of the things that a table reads the evaluated requests do not have. None of them keeps it from deciding. */
export const whatIsMissing = (data: Dataset, table: RoutingTable): ReadonlyArray<string> => [
  ...unseenTasks(data, table),
  ...missingSignals(data, table),
  ...missingLatencies(data)
]

const named = (names: ReadonlyArray<string>): string =>
  names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`

const unseenTasks = (data: Dataset, table: RoutingTable): ReadonlyArray<string> => {
  const seen = new Set(table.segments.map(({ task }) => task))
  const unseen = new Set<string>()
  let requests = 0
  for (let row = 0; row < data.n; row++) {
    if (seen.has(taskOf(data, row))) continue
    unseen.add(taskOf(data, row))
    requests += 1
  }
  return unseen.size === 0 ? [] : [
    `${requests} of ${data.n} requests are of tasks that the table was not made from: ${named([...unseen].toSorted())}`
  ]
}

const missingSignals = (data: Dataset, table: RoutingTable): ReadonlyArray<string> =>
  data.tiers.flatMap((tier, k) => {
    const read = new Set(
      table.acceptors.filter((acceptor) => acceptor.tier === tier)
        .flatMap(({ inputs }) => inputs.map(({ name }) => name)).filter((name) => name.startsWith("signal:"))
    )
    const { columns, names } = data.evidence[k]!
    const absent = [...read].filter((name) => columns[names.indexOf(name)]?.every(Number.isNaN) ?? true)
    return absent.length === 0 ? [] : [
      `no answer of ${tier} has ${named(absent.map((name) => name.slice("signal:".length)))}, which the table reads`
    ]
  })

const missingLatencies = (data: Dataset): ReadonlyArray<string> => {
  const missing = data.tiers.filter((_, k) => data.latencyMs[k]!.every(Number.isNaN))
  return missing.length === 0 ? [] : [`no latency is recorded for ${named(missing)}`]
}
