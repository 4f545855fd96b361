import { defineConfig } from "vitest/config"

export default defineConfig({
  ssr: { resolve: { conditions: ["@spillway/source"] } },
  resolve: { conditions: ["@spillway/source"] },
  test: { include: ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"], testTimeout: 60_000 }
})
