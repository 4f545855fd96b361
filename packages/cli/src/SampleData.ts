import { fileURLToPath } from "node:url"

/** Path of a file of the sample traffic in `datasets/sample` of the checkout. */
export const samplePath = (name: string): string =>
  fileURLToPath(new URL(`../../../datasets/sample/${name}`, import.meta.url))
