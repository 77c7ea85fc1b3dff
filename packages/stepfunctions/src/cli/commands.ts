import { CommandError, messageOf } from "./errors.js";
import { exitStatus } from "./exit-status.js";
import { help, usage } from "./help.js";
import { terminal } from "./terminal.js";

type Command = (args: string[]) => Promise<number>;

// Each loads what it needs itself: help has no use for an engine.
const commands = new Map<string, () => Promise<Command>>([
  ["serve", async () => (await import("./serve.js")).serve],
  ["run", async () => (await import("./run.js")).run],
  ["validate", async () => (await import("./validate.js")).validate],
  ["history", async () => (await import("./history.js")).history],
]);

/** Does what the command line says. Resolves with the exit status; never rejects. */
export async function execute(args: string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const load = commands.get(name);
  try {
    if (load !== undefined) {
      if (isHelp(rest)) return showHelp(name);
      const command = await load();
      return await command(rest);
    }
    if (isHelp(args)) return showHelp(args[1]);
    throw new CommandError(
      name === "" ? "A command is missing" : `There is no command ${JSON.stringify(name)}`,
      "",
    );
  } catch (error) {
    if (error instanceof CommandError) return refuse(error);
    const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    terminal.error(`This is a defect of stepfunctions:\n${text}`);
    return exitStatus.defect;
  }
}

function isHelp(args: string[]): boolean {
  return args[0] === "help" || args.includes("--help") || args.includes("-h");
}

function showHelp(command?: string): number {
  terminal.out(help(command));
  return exitStatus.SUCCEEDED;
}

function refuse({ message, command }: CommandError): number {
  terminal.error(`${terminal.paintError("red", "error")} ${message}`);
  if (command === "") terminal.error(help());
  else if (command !== undefined)
    terminal.error(`${usage(command)}\n"stepfunctions ${command} --help" says more.`);
  return exitStatus.notDone;
}
