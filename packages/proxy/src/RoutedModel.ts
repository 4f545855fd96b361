/** The model name that stands for the routing table's default operating point. */
export const ROUTED_MODEL = "spillway"
/** Before the name of another operating point. */
export const POINT_PREFIX = `${ROUTED_MODEL}/`

/** True for a name that a tier must not have. */
export const isRoutedModel = (name: string): boolean => name === ROUTED_MODEL || name.startsWith(POINT_PREFIX)
