const STEPS = 8

/**
 * CSS class of each tier, cheapest first: even steps of one sequential palette, so that the order of cost shows without
 * telling hues apart.
 */
export const tierClasses = (tiers: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(tiers.map((tier, i) => [
    tier,
    `tier-${tiers.length === 1 ? STEPS : 1 + Math.round(i * (STEPS - 1) / (tiers.length - 1))}`
  ]))
