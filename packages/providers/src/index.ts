export * from "./Provider.ts"
