import house from "../../eslint.config.js";

// For everything at once, as `pnpm lint` and `pnpm verify` judge it: the house's rules over one program of all sources, so
// that each type is found out once. An editor asks TypeScript's project service instead, which answers sooner for one file and
// takes three times as long for all: each of its programs reads the sources of the packages below it and finds out their types anew.

/** Files whose types come from the program of this project. */
function program(files, project) {
  return { files, languageOptions: { parserOptions: { projectService: false, project: [project] } } };
}

export default [
  ...house,
  program(["**/*.ts"], "tsconfig.lint.json"),
  // What runs in browsers has their globals, and a bundler's rules for modules. These know other packages by their build.
  program(["packages/client/src/react/*.ts"], "packages/client/tsconfig.json"),
  program(["apps/web/src/**/*.{ts,tsx}"], "apps/web/tsconfig.json"),
  program(["packages/client/src/react/*.test.ts"], "tsconfig.lint.json"),
];
