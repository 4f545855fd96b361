const BOXED = /\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g

/** Content of the last LaTeX `\boxed{...}`, the way models mark a final answer. */
export const boxed = (text: string): string | undefined => [...text.matchAll(BOXED)].at(-1)?.[1]
