export { outcomeKey } from "./OutcomeRows.ts"
export * from "./Store.ts"
export { layer, layerMemory } from "./StoreLayer.ts"
export { formatTimestamp, parseTimestamp } from "./Timestamp.ts"
