import { defineConfig } from "vitest/config"

export default defineConfig({
  ssr: { resolve: { conditions: ["@spillway/source"] } },
  resolve: { conditions: ["@spillway/source"] },
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    setupFiles: ["scripts/seed-properties.ts"],
    // As many as there are processors: much of the time is spent waiting for commands that are run as processes.
    maxWorkers: "100%",
    testTimeout: 60_000
  }
})
