export { importFiles } from "./Import.ts"
export * from "./ImportOptions.ts"
export * from "./ImportReport.ts"
