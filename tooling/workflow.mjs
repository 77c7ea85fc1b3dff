// pnpm workflow asl|graph|new <name>: prints a workflow's state machine, draws it, or begins a new one.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { bin, compiler } from "./build.mjs";
import { createWorkflow, WorkflowError } from "./new-workflow.mjs";
import { root } from "./settings.mjs";

const usage = `pnpm workflow <command> <name>

  asl <name>     prints the state machine in Amazon States Language; --undo prints the one that takes back
  graph <name>   prints it as a Mermaid state diagram
  new <name>     makes the folder of a new workflow that runs, and enters it into the lists

A name is kebab-case, like data-import.`;

/** Machines are compiled first, so that what is printed is what is written. */
async function machines() {
  const { status, stdout, stderr } = spawnSync(process.execPath, compiler("packages/workflows"), {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new WorkflowError(`The workflows do not compile:\n${stdout}${stderr}`);
  const load = (file) => import(pathToFileURL(path.join(root, file)).href);
  const kit = await load("packages/kit/dist/machine/index.js");
  const found = await load("packages/workflows/dist/machines.js");
  return { kit, machines: found.machines };
}

async function machineOf(name) {
  const { kit, machines: all } = await machines();
  if (!Object.hasOwn(all, name)) {
    throw new WorkflowError(`There is no workflow "${name}". There are: ${Object.keys(all).join(", ")}.`);
  }
  const machine = all[name];
  for (const warning of machine.warnings) console.error(`Note: ${warning}`);
  return { kit, machine };
}

const commands = {
  async asl(name, { undo }) {
    const { machine } = await machineOf(name);
    if (undo && !machine.undo) throw new WorkflowError(`"${name}" has no step with a compensation.`);
    console.log((undo ? machine.undo : machine).template);
  },
  async graph(name) {
    const { kit, machine } = await machineOf(name);
    console.log(kit.mermaidOf(machine.graph));
  },
  async new(name) {
    const { files, lists } = createWorkflow(root, name);
    const changed = [...files, ...lists];
    spawnSync(process.execPath, [bin("@biomejs/biome", "biome"), "format", "--write", ...changed], {
      cwd: root,
    });
    console.log(`Made packages/workflows/src/${name}:`);
    for (const file of files) console.log(`  ${path.relative(`packages/workflows/src/${name}`, file)}`);
    console.log(`and entered it into ${lists.map((file) => path.basename(file)).join(", ")}.`);
    console.log(`Its test: pnpm test:unit packages/workflows/src/${name}`);
    console.log("What is deployed has changed with it: pnpm test:unit infra -u notes that.");
  },
};

async function main() {
  const options = { undo: { type: "boolean" }, help: { type: "boolean", short: "h" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, name, ...more] = positionals;
  if (values.help) return console.log(usage);
  if (!command || !name || more.length > 0 || !Object.hasOwn(commands, command)) {
    throw new WorkflowError(usage);
  }
  return commands[command](name, values);
}

try {
  await main();
} catch (error) {
  const expected = error instanceof WorkflowError || error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}
