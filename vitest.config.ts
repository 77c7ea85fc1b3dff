import path from "node:path";
import { defineConfig } from "vitest/config";

// Workspace packages are read from their sources, so that a test never runs a stale build. Processes that
// tests start (the local cloud, the API, step workers) run the build, as users do: `pnpm build` comes first.
const conditions = ["@longhaul/source"];

export default defineConfig({
  test: {
    // Integration tests wait for servers more than they compute: two files at once, even on two cores.
    maxWorkers: 2,
    projects: [
      {
        ssr: { resolve: { conditions } },
        test: {
          name: "unit",
          include: ["{packages,apps}/*/src/**/*.test.{ts,tsx}", "infra/src/**/*.test.ts"],
          environment: "node",
          // A busy computer takes its time: this ends what hangs, and says nothing of what is slow.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ssr: { resolve: { conditions } },
        test: {
          name: "integration",
          root: "tests",
          include: ["**/*.test.ts"],
          environment: "node",
          globalSetup: path.resolve(import.meta.dirname, "packages/local/src/testing/global-setup.ts"),
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Two busy cores: what is polled for comes, only later.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
