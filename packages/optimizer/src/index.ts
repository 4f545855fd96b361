export * from "./OptimizeReport.ts"
