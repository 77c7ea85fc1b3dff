import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filesOf } from "./workflow-template.mjs";

/** Said to the person who called; everything else is a fault of ours. */
export class WorkflowError extends Error {}

const folder = "packages/workflows/src";
/** A function is called longhaul-<workflow>-<Step>, of 64 characters at most. */
const longestName = 40;
const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** What no variable, or no folder beside the lists, can be called. */
const reserved = new Set(
  (
    "arguments await boolean break case catch class const continue contracts debugger default delete do else enum " +
    "eval export extends false finally for function handlers if implements import in instanceof interface let " +
    "machines new null package private protected public return static super switch testing this throw true try " +
    "typeof undefined var void while with yield constructor"
  ).split(" "),
);

const camelCase = (name) => name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());

function checkName(root, name) {
  if (!kebab.test(name)) {
    throw new WorkflowError(
      `"${name}" is no name for a workflow: use small letters and digits, with dashes between words, like data-import.`,
    );
  }
  if (name.length > longestName) {
    throw new WorkflowError(
      `"${name}" has ${name.length} characters; a workflow's name has ${longestName} at most.`,
    );
  }
  if (reserved.has(name))
    throw new WorkflowError(`"${name}" means something else here: choose another name.`);
  if (name.endsWith("-undo")) {
    throw new WorkflowError(`"${name}" would be the undo of "${name.slice(0, -5)}": choose another name.`);
  }
  if (existsSync(path.join(root, folder, name))) {
    throw new WorkflowError(`${folder}/${name} is there already; nothing was changed.`);
  }
}

/** What each list of workflows gains: an import, where it has one, and an entry at the end of its record. */
function listsOf(name) {
  const camel = camelCase(name);
  const key = name === camel ? name : `"${name}"`;
  const step = "DoTheWork";
  return [
    {
      file: "contracts.ts",
      line: `import { ${camel} } from "./${name}/contract.js";`,
      entry: name === camel ? `${name},` : `${key}: ${camel},`,
    },
    {
      file: "machines.ts",
      line: `import { ${camel}Machine } from "./${name}/machine.js";`,
      entry: `${key}: ${camel}Machine,`,
    },
    {
      file: "handlers.ts",
      line: null,
      entry: `${key}: { ${step}: () => import("./${name}/steps/do-the-work.handler.js") },`,
    },
  ];
}

/** Enters a line after the imports, and an entry before the end of the record. */
function entered(text, { file, line, entry }) {
  const end = text.indexOf("\n} as const;");
  const imports = [...text.matchAll(/^import .*;$/gm)];
  const last = imports.at(-1);
  if (end < 0 || (line && !last)) {
    throw new WorkflowError(`${folder}/${file} is not as expected: enter the workflow into it by hand.`);
  }
  const withEntry = `${text.slice(0, end)}\n  ${entry}${text.slice(end)}`;
  if (!line) return withEntry;
  const at = last.index + last[0].length;
  return `${withEntry.slice(0, at)}\n${line}${withEntry.slice(at)}`;
}

/**
 * Makes the folder of a workflow and enters it into the three lists. Everything is thought out before the
 * first file is written.
 *
 * @returns paths from the root: `files` of the folder, `lists` that gained an entry
 * @throws WorkflowError for a name that cannot be, or is there already
 */
export function createWorkflow(root, name) {
  checkName(root, name);
  const files = Object.entries(filesOf(name, camelCase(name))).map(([file, text]) => [
    path.posix.join(folder, name, file),
    text,
  ]);
  const lists = listsOf(name).map((list) => {
    const file = path.posix.join(folder, list.file);
    return [file, entered(readFileSync(path.join(root, file), "utf8"), list)];
  });
  for (const [file, text] of [...files, ...lists]) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return { files: files.map(([file]) => file), lists: lists.map(([file]) => file) };
}
