/**
 * The walls of the house: what each room may import and why. Lint (tooling/lint/boundaries.js), the
 * package.json files and the TypeScript references are all held to this table, so a wall moves here first.
 *
 * An edge of `imports` is
 *   "all"            anything on the package's face
 *   "types"          `import type` only: nothing of it is in the importer at run time
 *   ["/contracts"]   these subpaths only; "" is the main one
 */

/** @type {import("./boundaries.js").Room[]} */
export const rooms = [
  {
    name: "@longhaul/kit",
    folder: "packages/kit",
    imports: {},
    libraries: ["zod"],
    why: "The kit is the shared vocabulary: it is loaded in browsers, Lambdas and CDK alike, so it stands on zod alone and reaches the world through ports.",
  },
  {
    name: "@longhaul/stepfunctions",
    folder: "packages/stepfunctions",
    imports: {},
    why: "The state machine engine stands alone, so that anyone with an ASL definition can use it: it knows nothing of our runs, workflows or database.",
  },
  {
    name: "@longhaul/auth",
    folder: "packages/auth",
    imports: {},
    why: "Token verification is shared by the API and by Lambda authorizers, which must stay small: it needs a key set and nothing else of the house.",
  },
  {
    name: "@longhaul/db",
    folder: "packages/db",
    imports: { "@longhaul/kit": "types" },
    why: "Queries speak the kit's words for runs and events; what a run means to a use case, a workflow or a page is decided above the database.",
  },
  {
    name: "@longhaul/connections",
    folder: "packages/connections",
    imports: {},
    why: "Third parties' tokens are opened and renewed in one small place: it reaches the database through a port, so that a step and the API use the same rules by their own rights.",
  },
  {
    name: "@longhaul/workflows",
    folder: "packages/workflows",
    imports: { "@longhaul/kit": "all" },
    why: "A workflow is written against the kit's ports, so that the same folder runs in a Lambda, in a test and on a laptop.",
  },
  {
    name: "@longhaul/runs",
    folder: "packages/runs",
    imports: {
      "@longhaul/db": "all",
      "@longhaul/kit": "all",
      "@longhaul/workflows": ["/contracts", "/machines"],
    },
    why: "The life of a run needs workflows as data (contracts and machines); loading a step's handler would pull its SDKs into the API and the dispatcher.",
  },
  {
    name: "@longhaul/functions",
    folder: "packages/functions",
    imports: {
      "@longhaul/auth": "all",
      "@longhaul/connections": "all",
      "@longhaul/db": "all",
      "@longhaul/kit": "all",
      "@longhaul/runs": "all",
      "@longhaul/workflows": "all",
    },
    why: "Lambda entries bind the kit's ports to the real services; they are deployed, so they know neither a laptop nor the API.",
  },
  {
    name: "@longhaul/api",
    folder: "apps/api",
    imports: {
      "@longhaul/auth": "all",
      "@longhaul/connections": "all",
      "@longhaul/db": "all",
      "@longhaul/kit": "all",
      "@longhaul/runs": "all",
      "@longhaul/workflows": ["/contracts", "/machines"],
    },
    why: "The API parses, authorises, makes one call and returns; steps run elsewhere, so it never loads their handlers.",
  },
  {
    name: "@longhaul/client",
    folder: "packages/client",
    imports: {
      "@longhaul/api": "types",
      "@longhaul/kit": [""],
      "@longhaul/workflows": ["/contracts"],
    },
    why: "The client is loaded by scripts, Lambdas, Deno and browsers: it knows the type of the API's router, the contracts and the kit's words, and no server code.",
  },
  {
    name: "@longhaul/web",
    folder: "apps/web",
    imports: {
      "@longhaul/api": "types",
      "@longhaul/client": "all",
      "@longhaul/kit": [""],
      "@longhaul/workflows": ["/contracts"],
    },
    why: "The dashboard knows contracts, the kit's words, the client and the type of the API's router; server code would travel to every browser.",
  },
  {
    name: "@longhaul/local",
    folder: "packages/local",
    imports: {
      "@longhaul/db": "all",
      "@longhaul/functions": "all",
      "@longhaul/stepfunctions": "all",
      "@longhaul/workflows": ["/contracts", "/machines"],
    },
    why: "The laptop's cloud hosts what is deployed through the same doors as AWS and Supabase: manifest, machine text, migrations. It shares no logic with the API or with runs.",
    guarded:
      "packages/local stands in for AWS and Supabase on a laptop; nothing that is deployed may know it.",
  },
  {
    name: "@longhaul/infra",
    folder: "infra",
    imports: {
      "@longhaul/functions": ["/manifest"],
      "@longhaul/kit": ["/step"],
      "@longhaul/workflows": ["/contracts", "/machines"],
    },
    why: "The CDK app reads what to deploy as data, the manifest of functions and the machines; running any of their code at synth would make a deployment depend on it. What stands in front of each function calls AWS by the kit's rules.",
  },
  {
    name: "@longhaul/tests",
    folder: "tests",
    imports: "all",
    why: "Tests may know every room, through its face.",
    guarded: "Tests are at the end of the line: what two rooms share belongs in a room.",
  },
  {
    name: "@longhaul/bench",
    folder: "bench",
    imports: "all",
    why: "Benches may know every room, through its face.",
    guarded: "Benches are at the end of the line: what two rooms share belongs in a room.",
  },
];

/**
 * Files with walls of their own inside a room. `*` stands for one name. A file may import what `only`
 * lists; `never` takes away again.
 *
 * @type {import("./boundaries.js").FileRule[]}
 */
export const fileRules = [
  {
    files: "packages/client/src/*.ts",
    only: [
      "@longhaul/api",
      "@longhaul/kit",
      "@longhaul/workflows/contracts",
      "@trpc/client",
      "@trpc/server",
      "eventsource",
      "zod",
      "./*.js",
      "./live/*.js",
    ],
    why: "The core of the client runs wherever there is fetch: what Node alone has belongs in its command line, what React has in its hooks.",
  },
  {
    files: "packages/workflows/src/*/contract.ts",
    only: [
      "zod",
      "@longhaul/kit",
      "./result.js",
      "./template.js",
      "../*/contract.js",
      "../*/result.js",
      "./limits.js",
      "./recipients.js",
    ],
    why: "A contract is loaded by the form in the browser, the API and the state machine: it imports zod and the kit, so that loading it loads nothing else.",
  },
  {
    files: "packages/workflows/src/*/result.ts",
    only: ["zod", "@longhaul/kit", "./limits.js", "../*/result.js"],
    why: "A result's schema is a part of the contract that pages import too: zod and the kit, so that loading it loads nothing else.",
  },
  {
    files: "packages/workflows/src/*/template.ts",
    only: ["zod", "@longhaul/kit", "./template/*.js"],
    why: "How a text with parameters is checked and rendered is a rule of its own: the editor in the browser, the API and the step must not differ in it, so it is pure and loads with the contract.",
  },
  {
    files: "packages/workflows/src/*/template/*.ts",
    only: ["zod", "@longhaul/kit", "./*.js"],
    why: "A part of a template's rules travels to every browser with them: zod and the kit, so that loading it loads nothing else.",
  },
  {
    files: "packages/workflows/src/*/limits.ts",
    only: ["zod", "@longhaul/kit"],
    why: "What a form, a contract and a step hold to alike is loaded by browsers: zod and the kit, so that loading it loads nothing else.",
  },
  {
    files: "packages/workflows/src/*/recipients.ts",
    only: ["zod", "@longhaul/kit"],
    why: "What a form, a contract and a step hold to alike is loaded by browsers: zod and the kit, so that loading it loads nothing else.",
  },
  {
    files: "packages/workflows/src/*/machine.ts",
    only: [
      "@longhaul/kit",
      "@longhaul/kit/machine",
      "./contract.js",
      "./result.js",
      "./steps/*.js",
      "../*/steps/*.js",
    ],
    never: ["./steps/*.handler.js", "../*/steps/*.handler.js"],
    why: "A machine is data, the same on every computer: no handlers, no I/O, no clock, so neither node: modules nor SDKs.",
  },
  {
    files: "packages/workflows/src/*/steps/*.ts",
    except: ["packages/workflows/src/*/steps/*.handler.ts"],
    only: [
      "zod",
      "@longhaul/kit",
      "@longhaul/kit/step",
      "../contract.js",
      "../result.js",
      "../limits.js",
      "./*.js",
    ],
    never: ["./*.handler.js"],
    why: "A step's declaration is read by the machine and by CDK: what it takes, gives and needs. The code that does it stands in <step>.handler.ts.",
  },
  {
    files: "packages/workflows/src/*/steps/*.handler.ts",
    never: ["./*.handler.js", "../machine.js"],
    why: "A step has one side effect and never calls another step: the state machine decides what comes next, or a retry would do both again.",
  },
  {
    files: "packages/workflows/src/contracts.ts",
    only: [
      "zod",
      "@longhaul/kit",
      "./*/contract.js",
      "./*/result.js",
      "./*/template.js",
      "./*/limits.js",
      "./*/recipients.js",
    ],
    why: "The list of contracts is what browsers load: contracts only, and the rules that their forms share with their steps.",
  },
  {
    files: "packages/workflows/src/machines.ts",
    only: ["@longhaul/kit/machine", "./contracts.js", "./*/machine.js"],
    why: "The list of machines is what the API, CDK and the laptop load: data only.",
  },
];
