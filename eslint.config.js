import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { awsClients } from "./tooling/lint/aws-clients.js";
import { boundaries } from "./tooling/lint/boundaries.js";
import { environment } from "./tooling/lint/environment.js";
import { reasons } from "./tooling/lint/reasons.js";

// Biome formats, ESLint judges: no rule here is about the look of the code. `pnpm lint` and CI judge all files at once by
// tooling/lint/whole.config.js, which has these rules.

const sources = ["**/*.ts", "**/*.tsx"];
const tests = ["tests/**/*.ts", "**/*.test.ts", "**/*.test.tsx"];
// These talk to a person at a terminal; everything else gets a logger from its entry.
const terminals = ["tooling/**", "bench/**", "tests/**", "**/cli.ts", "**/cli/*.ts"];

const nodeGlobals = [
  "AbortController",
  "AbortSignal",
  "Buffer",
  "URL",
  "clearInterval",
  "clearTimeout",
  "console",
  "fetch",
  "performance",
  "process",
  "setInterval",
  "setTimeout",
];

export default defineConfig(
  globalIgnores([
    "**/dist/",
    "**/dist-types/",
    "**/cdk.out/",
    "**/node_modules/",
    "**/.longhaul/",
    "**/*.d.ts",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    name: "longhaul/house",
    plugins: { longhaul: { rules: { "aws-clients": awsClients, boundaries, environment, reasons } } },
    rules: {
      "longhaul/aws-clients": "error",
      "longhaul/boundaries": "error",
      "longhaul/environment": "error",
      "longhaul/reasons": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      // Control characters are what a parser of files and protocols looks for.
      "no-control-regex": "off",
      "max-depth": ["error", 5],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, "readonly"])) },
  },
  {
    name: "longhaul/types",
    files: sources,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ["*.config.ts", "apps/*/*.ts"],
          defaultProject: "tsconfig.base.json",
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Our ports are objects of closures: their methods may be taken off them.
      "@typescript-eslint/unbound-method": "off",
      // A port's method is async for those who do I/O behind it; one that has no need to must still match.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    name: "longhaul/web",
    files: ["apps/web/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // A component's function holds its markup too.
      "max-lines-per-function": ["error", { max: 140, skipBlankLines: true, skipComments: true }],
      // TanStack Router leaves a route by throwing what redirect() makes.
      "@typescript-eslint/only-throw-error": [
        "error",
        { allow: [{ from: "package", package: "@tanstack/router-core", name: "Redirect" }] },
      ],
      // The browser's console is the only log a page has.
      "no-console": "off",
      // An event handler may be async; React ignores the promise, the handler itself reports its errors.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: ["apps/web/public/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        ["document", "localStorage", "matchMedia", "window"].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    name: "longhaul/terminals",
    files: terminals,
    rules: { "no-console": "off" },
  },
  {
    // Nobody waits for these but whoever started them, and their runner gives up by itself.
    files: [...tests, "tests/**/*.mjs", "bench/**/*.ts"],
    rules: { "longhaul/aws-clients": "off" },
  },
  {
    name: "longhaul/tests",
    files: tests,
    rules: {
      // A describe block is one function; its length says nothing.
      "max-lines": "off",
      "max-lines-per-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      // Rows, frames and answers arrive as any; the assertion judges their shape.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
