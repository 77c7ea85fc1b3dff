import { CommandError, messageOf } from "./errors.js";
import { exitStatus } from "./exit-status.js";
import { help, usage } from "./help.js";
import { history } from "./history.js";
import { run } from "./run.js";
import { serve } from "./serve.js";
import { terminal } from "./terminal.js";
import { validate } from "./validate.js";

const commands = new Map(Object.entries({ serve, run, validate, history }));

/** Does what the command line says. Resolves with the exit status; never rejects. */
export async function execute(args: string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const command = commands.get(name);
  try {
    if (command !== undefined) return isHelp(rest) ? showHelp(name) : await command(rest);
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
