export * from "./Grading.ts"
