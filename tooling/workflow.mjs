// pnpm workflow asl|graph|new <name>, check: prints a workflow's state machine, draws it, begins a new one, or checks all.
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
  check          builds all machines, and looks for each workflow in all lists and for each step's handler

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
  return { kit, machines: found.machines, load };
}

/** What is wrong with the handlers' files, each of which is loaded, a sentence each. */
async function handlerProblems(handlers, handlerProblem) {
  const problems = [];
  for (const [name, steps] of Object.entries(handlers)) {
    for (const [step, open] of Object.entries(steps)) {
      const listed = `${name}/${step}`;
      try {
        problems.push(handlerProblem(listed, await open()));
      } catch (error) {
        problems.push(`The handler of "${listed}" cannot be loaded: ${error?.stack ?? error}`);
      }
    }
  }
  return problems.filter((problem) => problem !== null);
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
  async check() {
    const { kit, machines: all, load } = await machines();
    const { contracts } = await load("packages/workflows/dist/contracts.js");
    const { handlers } = await load("packages/workflows/dist/handlers.js");
    const { handlerProblem } = await load("packages/kit/dist/runtime/index.js");
    const problems = [
      ...kit.listProblems({ contracts, machines: all, handlers }),
      ...(await handlerProblems(handlers, handlerProblem)),
    ];
    for (const { warnings } of Object.values(all))
      for (const warning of warnings) console.error(`Note: ${warning}`);
    if (problems.length > 0) throw new WorkflowError(problems.join("\n"));
    const steps = Object.values(handlers).flatMap(Object.keys).length;
    console.log(
      `${Object.keys(all).length} workflows with ${steps} steps: their machines build, and each step has its handler.`,
    );
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
  const complete = command === "check" ? name === undefined : name !== undefined;
  if (!command || !complete || more.length > 0 || !Object.hasOwn(commands, command)) {
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
