#!/usr/bin/env node
const major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  console.error(
    `spillway needs Node 24 or newer; this is ${process.version}. In a checkout, use "npm run spillway -- ...".`
  )
  process.exit(1)
}

// A checkout runs its TypeScript source as it stands; an installed package runs its build.
if (import.meta.url.includes("/node_modules/")) {
  await import("../dist/bin.js")
} else {
  // Not imported above: an older Node lacks it, and would fail before it could be told apart.
  const { registerHooks } = await import("node:module")
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "@spillway/source"] })
  })
  await import("../src/bin.ts")
}
