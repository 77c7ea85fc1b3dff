import type { SubjectModule } from "./subject.js";

export type ServerName =
  | "postgres"
  | "redis"
  | "restate"
  | "engine"
  | "product"
  | "productSingle"
  | "database";

interface Description {
  title: string;
  ours: boolean;
  /** Which benches measure it: this one unless said. */
  benches?: readonly ("engine" | "product")[];
  server?: ServerName;
  load: () => Promise<SubjectModule>;
}

/** All that is measured, in the order in which they take turns: ours between the others. */
export const subjects = {
  paths: {
    title: "ours, JSONPath",
    ours: true,
    load: () => import("./subjects/longhaul-json-path.js"),
  },
  functionArn: {
    title: "ours, JSONPath, by function ARN",
    ours: true,
    load: () => import("./subjects/longhaul-function-arn.js"),
  },
  bullmq: {
    title: "BullMQ 6.7, appendfsync=always",
    ours: false,
    server: "redis",
    load: () => import("./subjects/bullmq.js"),
  },
  jsonataPaths: {
    title: "ours, JSONata paths",
    ours: true,
    load: () => import("./subjects/longhaul-jsonata-paths.js"),
  },
  restate: {
    title: "Restate 1.7",
    ours: false,
    benches: ["engine", "product"],
    server: "restate",
    load: () => import("./subjects/restate.js"),
  },
  jsonataObject: {
    title: "ours, JSONata objects",
    ours: true,
    load: () => import("./subjects/longhaul-jsonata-object.js"),
  },
  openworkflow: {
    title: "OpenWorkflow 0.10",
    ours: false,
    benches: ["engine", "product"],
    server: "postgres",
    load: () => import("./subjects/openworkflow.js"),
  },
  http: {
    title: "ours, HTTP API",
    ours: true,
    server: "engine",
    load: () => import("./subjects/longhaul-http.js"),
  },
  dbos: {
    title: "DBOS 5.3",
    ours: false,
    benches: ["engine", "product"],
    server: "postgres",
    load: () => import("./subjects/dbos.js"),
  },
  inMemory: {
    title: "aws-local-stepfunctions 3 (in memory)",
    ours: false,
    load: () => import("./subjects/aws-local-stepfunctions.js"),
  },
  longhaul: {
    title: "ours, the whole path",
    ours: true,
    benches: ["product"],
    server: "product",
    load: () => import("../product/subjects/longhaul.js"),
  },
  "longhaul-single": {
    title: "ours, the whole path, single",
    ours: true,
    benches: ["product"],
    server: "productSingle",
    load: () => import("../product/subjects/longhaul.js"),
  },
  "write-path": {
    title: "ours, the store alone",
    ours: true,
    benches: ["product"],
    server: "database",
    load: () => import("../product/subjects/write-path.js"),
  },
  "write-path-single": {
    title: "ours, the store alone, single",
    ours: true,
    benches: ["product"],
    server: "database",
    load: () => import("../product/subjects/write-path-single.js"),
  },
} satisfies Record<string, Description>;

export type SubjectName = keyof typeof subjects;

export const describe = (name: SubjectName): Description => subjects[name];

const namesOf = (bench: "engine" | "product"): SubjectName[] =>
  (Object.keys(subjects) as SubjectName[]).filter((name) =>
    (describe(name).benches ?? ["engine"]).includes(bench),
  );

export const subjectNames = namesOf("engine");
export const productSubjectNames = namesOf("product");

export const isSubject = (name: string): name is SubjectName => Object.hasOwn(subjects, name);
