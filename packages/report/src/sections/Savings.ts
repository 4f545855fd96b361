import type { OptimizeReport } from "@spillway/optimizer"
import { paragraph, type Section } from "../document/Block.ts"
import { count, interval, percent, usd } from "../Format.ts"

const PER_MILLION = 1_000_000

/** What the default point saves against always-flagship, measured and at volume. */
export const savings = (report: OptimizeReport): Section => {
  const { objective, savings } = report
  const row = (name: string, requests: number) => {
    const times = requests / savings.requests
    return [
      name,
      count(requests),
      usd(savings.flagship_usd * times),
      usd(savings.policy_usd * times),
      usd(savings.saved_usd * times),
      interval([savings.saved_interval[0] * times, savings.saved_interval[1] * times], usd),
      percent(savings.saved_share)
    ]
  }
  return {
    id: "savings",
    title: "Savings",
    blocks: savings.requests === 0 ? [paragraph("No request was measured.")] : [
      {
        _tag: "Table",
        caption: "Default point against always-flagship",
        columns: [
          { name: "Volume" },
          { name: "Requests", numeric: true },
          { name: "Flagship", numeric: true },
          { name: "Policy", numeric: true },
          { name: "Saved", numeric: true },
          { name: "95 % interval", numeric: true },
          { name: "Share", numeric: true }
        ],
        rows: [
          row("Measured", savings.requests),
          ...objective.requests_per_month === undefined ? [] : [row("A month", objective.requests_per_month)],
          row("A million requests", PER_MILLION)
        ]
      },
      paragraph(
        "Volumes beyond the measured requests assume the same mix of requests and the same prices. What a cascade spends on " +
          "answers that it does not accept is included."
      )
    ]
  }
}
