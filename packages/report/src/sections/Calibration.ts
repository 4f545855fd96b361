import type { OptimizeReport } from "@spillway/optimizer"
import { paragraph, type Section } from "../document/Block.ts"
import { calibrationFigure } from "../figures/CalibrationFigure.ts"
import { count, quality } from "../Format.ts"

/** How far each tier's scores can be taken at their word. */
export const calibration = (report: OptimizeReport): Section => ({
  id: "calibration",
  title: "Calibration",
  blocks: report.calibration.length === 0
    ? [paragraph("No tier's answers are scored: the policy never asks whether to accept one.")]
    : [
      paragraph(
        "After a tier has answered, the policy scores the answer and accepts it or escalates. A score of 0.8 should be " +
          "right eight times in ten. The certificate does not rest on this: it is tested on grades."
      ),
      {
        _tag: "Figures",
        caption:
          "Predicted score against observed grades, on requests that the calibrators did not see. The larger the " +
          "dot, the more requests; the further from the diagonal, the worse.",
        figures: report.calibration.map(calibrationFigure)
      },
      {
        _tag: "Table",
        caption:
          "Calibration by tier (lower ECE and Brier score are better, higher AUROC is; an AUROC of 0.5 is chance)",
        columns: [
          { name: "Tier" },
          { name: "Requests", numeric: true },
          { name: "ECE", numeric: true },
          { name: "Brier score", numeric: true },
          { name: "AUROC", numeric: true }
        ],
        rows: report.calibration.map((tier) => [
          tier.tier,
          count(tier.n),
          quality(tier.ece),
          quality(tier.brier),
          quality(tier.auroc)
        ])
      }
    ]
})
