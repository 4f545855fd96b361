export * from "./Policy.ts"
