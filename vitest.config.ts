import path from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

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

/** Areas whose files start and kill whole products: the rest of the integration tests takes a few seconds a file. */
const long = [
  "browser",
  "run-drill",
  "cloud",
  "journey",
  "stepfunctions/kill-drill",
  "workflows",
  "tooling",
  "client",
];

/** Begins what takes longest first, so that no process waits for another at the end. A fresh clone knows no durations. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((area) =>
        moduleId.startsWith(path.join(import.meta.dirname, "tests", area) + path.sep),
      );
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
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
          // Of each file's time a second was a process's start and foreign modules, which nobody changes.
          isolate: false,
          setupFiles: [path.resolve(import.meta.dirname, "tests/support/own-modules.mjs")],
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
