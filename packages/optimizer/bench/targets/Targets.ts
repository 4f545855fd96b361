import { apgr11000 } from "./Apgr11000.ts"
import { apgr1500 } from "./Apgr1500.ts"
import { certificateViolations } from "./CertificateViolations.ts"
import { costAt98 } from "./CostAt98.ts"
import { decisionTime } from "./DecisionTime.ts"
import { endToEnd } from "./EndToEnd.ts"
import { fixedCascades } from "./FixedCascades.ts"
import { portfolioRegret } from "./PortfolioRegret.ts"
import type { Target } from "./Target.ts"
import { tuningTime } from "./TuningTime.ts"

/** The rows of the table, in its order. */
export const targets: ReadonlyArray<Target<unknown, unknown>> = [
  apgr1500,
  apgr11000,
  fixedCascades,
  tuningTime,
  portfolioRegret,
  costAt98,
  certificateViolations,
  endToEnd,
  decisionTime
]
