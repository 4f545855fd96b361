import { compile } from "@spillway/policy"
import { ANSWER, asView, routing, texts, type Times, timesOf } from "../../../policy/bench/DecisionCase.ts"
import { type Target, verdictOf } from "./Target.ts"

const CHARS = 2_048
const TEXTS = 1_000

/** Time of one decision in the proxy: features of the prompt, scores of all tiers, and the test of one answer. */
export const decisionTime: Target<{ readonly rounds: number }, Times> = {
  name: "decision",
  what: "one decision in the proxy (features, score, accept) for a 2 kB prompt",
  reference: "15 ms",
  must: "0.5 ms p99",
  aim: "0.1 ms p99",
  alone: true,
  parts: (quick) => [{ rounds: quick ? 10 : 50 }],
  measure: async ({ rounds }) => {
    const policy = compile(routing)
    return timesOf(texts(CHARS, TEXTS), (text) => policy.begin(asView(text)).answered(ANSWER), rounds)
  },
  report: ([times]) => {
    const ms = (micros: number) => (micros / 1_000).toFixed(3)
    return {
      measured: `p99 ${ms(times!.p99)} ms, p50 ${ms(times!.p50)} ms`,
      verdict: verdictOf(times!.p99 / 1_000, { must: 0.5, aim: 0.1, better: "less" }),
      details: [
        `${TEXTS.toLocaleString("en")} texts of ${
          CHARS.toLocaleString("en")
        } characters, each timed alone, three heads with ` +
        `2^18 buckets; no text is seen twice in a row. p99 of each text's fastest run: ${
          ms(times!.bestP99)
        } ms, which ` +
        "other processes on the machine do not disturb. Parts of it: `packages/policy/bench/decision.ts`."
      ]
    }
  }
}
