import path from "node:path";
import { defineConfig } from "vitest/config";

// Workspace packages are read from their sources, so that a test never runs a stale build. Processes that
// tests start (the local cloud, the API, step workers) run the build, as users do: `pnpm build` comes first.
const conditions = ["@longhaul/source"];

const unit = {
  include: ["{packages,apps}/*/src/**/*.test.{ts,tsx}", "infra/src/**/*.test.ts"],
  environment: "node",
  // Most of a file's time went into its imports: files that follow each other in a process share their modules. Nothing of
  // ours begins at import, and what a test changes of the process it changes back.
  isolate: false,
  // A busy computer takes its time: this ends what hangs, and says nothing of what is slow.
  testTimeout: 60_000,
  hookTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    // Integration tests wait for servers more than they compute: two files at once, even on two cores.
    maxWorkers: 2,
    projects: [
      {
        ssr: { resolve: { conditions } },
        test: {
          ...unit,
          name: "unit",
          setupFiles: [path.resolve(import.meta.dirname, "tests/support/one-seed.ts")],
        },
      },
      // Unit tests with other cases of each property every time: a drill, and no part of what a change is judged by.
      { ssr: { resolve: { conditions } }, test: { ...unit, name: "properties" } },
      {
        ssr: { resolve: { conditions } },
        test: {
          name: "integration",
          root: "tests",
          include: ["**/*.test.ts"],
          environment: "node",
          globalSetup: path.resolve(import.meta.dirname, "packages/local/src/testing/global-setup.ts"),
          // Ends what hangs, and says nothing of what is slow.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Two busy cores: what is polled for comes, only later.
          expect: { poll: { timeout: 45_000 } },
        },
      },
    ],
  },
});
