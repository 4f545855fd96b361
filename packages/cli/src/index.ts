export { main, run } from "./Main.ts"
