/** Weight of accuracy against cost, and the range of costs in USD per 1,000 requests (RouterArena's constants). */
const BETA = 0.1
const LEAST_COST = 0.0044
const GREATEST_COST = 200

/**
 * RouterArena score (Lu et al. 2025, arXiv 2510.00202): weighted harmonic mean of accuracy A and the cost's place C on a
 * logarithmic scale from $200 (0) to $0.0044 (1) per 1,000 requests, `(1 + b) A C / (b A + C)` with b = 0.1. In [0, 1];
 * the leaderboard shows it times 100. Costs outside the scale are clamped to it.
 *
 * @param costUsd mean US dollars per request
 */
export const routerArenaScore = (accuracy: number, costUsd: number): number => {
  const cost = Math.min(GREATEST_COST, Math.max(LEAST_COST, 1_000 * costUsd))
  const c = Math.log2(GREATEST_COST / cost) / Math.log2(GREATEST_COST / LEAST_COST)
  const denominator = BETA * accuracy + c
  return denominator === 0 ? 0 : (1 + BETA) * accuracy * c / denominator
}
