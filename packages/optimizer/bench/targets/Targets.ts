import { apgr11000 } from "./Apgr11000.ts"
import { apgr1500 } from "./Apgr1500.ts"
import type { Target } from "./Target.ts"

/** The rows of the table, in its order. */
export const targets: ReadonlyArray<Target<unknown, unknown>> = [apgr1500, apgr11000]
