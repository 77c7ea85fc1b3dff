import path from "node:path";
import { fileRules, rooms } from "../boundaries.js";

const isTest = /(\.test\.tsx?|\/testing\/.*)$/;

/** A pattern in which `*` stands for one name between slashes. */
function matches(pattern, text) {
  const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join("[^/]+")}$`).test(text);
}

const within = (folder, file) => file === folder || file.startsWith(`${folder}/`);
const roomOf = (file) => rooms.find((room) => within(room.folder, file));
const isRelative = (specifier) => specifier.startsWith(".");
const isNode = (specifier) => specifier.startsWith("node:");

function packageOf(specifier) {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function allowedOf(room) {
  if (room.imports === "all") return "every room";
  const ours = Object.entries(room.imports).map(([name, edge]) => {
    if (edge === "all") return name;
    return edge === "types" ? `types of ${name}` : edge.map((subpath) => name + subpath).join(", ");
  });
  return [...ours, ...(room.libraries ?? [])].join(", ") || "none of our packages";
}

const refuse = (room, specifier, problem) =>
  `${room.name} may not import "${specifier}"${problem}. ${room.why} It may import: ${allowedOf(room)}.`;

function checkRelative(room, file, specifier) {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  if (within(room.folder, target) || (room.imports === "all" && within("tooling", target))) return null;
  const owner = roomOf(target);
  return (
    `"${specifier}" leaves ${room.folder} by path. A room is entered through its face (the exports of its ` +
    `package.json), so that its inside can change: import ${owner ? `"${owner.name}"` : "a package"} instead, if ${room.name} may.`
  );
}

function checkOurs(room, specifier, typeOnly) {
  const name = packageOf(specifier);
  if (name === room.name) {
    return `"${specifier}" is ${room.name} itself. Inside a room files are imported by relative path, or a cycle through the face loads half-made modules.`;
  }
  const target = rooms.find((candidate) => candidate.name === name);
  const guard = target?.guarded ? ` (${target.guarded})` : "";
  if (room.imports === "all") return target?.imports === "all" ? refuse(room, specifier, guard) : null;
  const edge = room.imports[name];
  if (edge === undefined) return refuse(room, specifier, guard);
  if (edge === "all") return null;
  if (edge === "types")
    return typeOnly ? null : refuse(room, specifier, " at run time, only with `import type`");
  const subpath = specifier.slice(name.length);
  return edge.includes(subpath) ? null : refuse(room, specifier, ", only its parts that are data");
}

function checkLibrary(room, file, specifier) {
  if (!room.libraries || isTest.test(file) || isNode(specifier)) return null;
  return room.libraries.includes(packageOf(specifier)) ? null : refuse(room, specifier, "");
}

function checkFile(file, specifier) {
  for (const rule of fileRules) {
    if (!matches(rule.files, file) || isTest.test(file)) continue;
    if (rule.except?.some((pattern) => matches(pattern, file))) continue;
    const named = (pattern) => matches(pattern, specifier);
    if (rule.never?.some(named) || (rule.only && !rule.only.some(named))) {
      const may = rule.only ? ` It may import: ${rule.only.join(", ")}.` : "";
      return `${path.posix.basename(file)} may not import "${specifier}". ${rule.why}${may}`;
    }
  }
  return null;
}

/**
 * What is wrong with an import, in a sentence, or null.
 *
 * @param {string} file path from the root of the repository, with forward slashes
 * @param {string} specifier what it imports
 * @param {boolean} typeOnly whether the import is gone after compilation
 */
function problemOf(file, specifier, typeOnly) {
  const room = roomOf(file);
  if (!room) return null;
  if (isRelative(specifier)) return checkRelative(room, file, specifier) ?? checkFile(file, specifier);
  if (specifier.startsWith("@longhaul/"))
    return checkOurs(room, specifier, typeOnly) ?? checkFile(file, specifier);
  return checkLibrary(room, file, specifier) ?? checkFile(file, specifier);
}

const isMetaResolve = (callee) =>
  callee.type === "MemberExpression" &&
  callee.object.type === "MetaProperty" &&
  callee.property.name === "resolve";
const isRequire = (callee) => callee.type === "Identifier" && callee.name === "require";

/** ESLint rule: every way to name a module is held to tooling/boundaries.js. */
export const boundaries = {
  meta: { type: "problem", schema: [], docs: { description: "Keep imports within the walls of the house" } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join("/");
    const check = (source, typeOnly = false) => {
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const message = problemOf(file, source.value, typeOnly);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => check(node.source, node.importKind === "type"),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === "type"),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === "type"),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal, true),
      TSImportEqualsDeclaration: (node) =>
        check(node.moduleReference?.expression, node.importKind === "type"),
      CallExpression: (node) => {
        if (isMetaResolve(node.callee) || isRequire(node.callee)) check(node.arguments[0]);
      },
    };
  },
};
