// Metrics of RouterEval (Huang et al. 2025, arXiv 2503.10657).

/** V_R: mean quality of the router relative to a reference model's. */
export const valueToReference = (quality: number, reference: number): number => quality / reference

/** V_B: mean quality of the router relative to the best single model's. */
export const valueToBest = (quality: number, best: number): number => quality / best
