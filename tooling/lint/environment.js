import path from "node:path";

/**
 * Where the environment may be read: one env.ts per process, what runs before there is a process of ours,
 * and the stand-alone programs that tests start.
 */
const readers = [/(^|\/)env\.ts$/, /(^|\/)[^/]+\.config\.(js|ts)$/, /^tooling\//, /^tests\/.+\.mjs$/];

const message =
  "The environment is read only in an env.ts, which parses it once with zod: a missing or misspelt variable then stops the process at its start with a sentence, and everything else takes a value it can trust. Take it as a parameter.";

const isProcess = (node) => node?.type === "Identifier" && node.name === "process";

function isEnvironment(node) {
  const name = node.computed ? node.property.value : node.property.name;
  if (name !== "env") return false;
  return (
    isProcess(node.object) || (node.object.type === "MemberExpression" && isProcess(node.object.property))
  );
}

/** ESLint rule: process.env, in whatever spelling, only in the files that parse it. */
export const environment = {
  meta: { type: "problem", schema: [], docs: { description: "Read the environment in env.ts only" } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join("/");
    if (readers.some((reader) => reader.test(file))) return {};
    const takesEnv = (pattern) =>
      pattern.type === "ObjectPattern" && pattern.properties.some((property) => property.key?.name === "env");
    return {
      MemberExpression: (node) => {
        if (isEnvironment(node)) context.report({ node, message });
      },
      VariableDeclarator: (node) => {
        if (isProcess(node.init) && takesEnv(node.id)) context.report({ node, message });
      },
      ImportDeclaration: (node) => {
        if (!["process", "node:process"].includes(node.source.value)) return;
        const named = node.specifiers.find((specifier) => specifier.imported?.name === "env");
        if (named) context.report({ node: named, message });
      },
    };
  },
};
