import { spawnSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LambdaHandler } from "../handlers/lambda.js";
import type { ServiceInvoker } from "../ports.js";
import { CommandError, messageOf } from "./errors.js";

interface Loaded {
  modified: number;
  handlers: Map<string, LambdaHandler>;
  services: Record<string, ServiceInvoker>;
}

/** The functions that a file exports. */
export interface FunctionsFile {
  /** The handler of a function; a file that has changed is read again first. */
  find(functionName: string): Promise<LambdaHandler | undefined>;
  /** By what the engine knows services. Their number is that of the first reading. */
  services: Record<string, ServiceInvoker>;
  /** How a function that is missing would be exported, as a sentence. */
  hint(functionName: string): string;
}

/**
 * Imports a file of functions.
 * @param warn told when a changed file cannot be read: what was read before then counts on
 * @throws CommandError when it cannot be imported
 */
export async function openFunctionsFile(
  file: string,
  warn: (message: string) => void,
): Promise<FunctionsFile> {
  let current = await load(file);
  const refresh = async (): Promise<Loaded> => {
    try {
      if ((await stat(file)).mtimeMs !== current.modified) current = await load(file, true);
    } catch (error) {
      warn(messageOf(error));
    }
    return current;
  };
  const service =
    (name: string): ServiceInvoker =>
    async (call) => {
      const invoke = (await refresh()).services[name];
      if (invoke === undefined) throw new Error(`${file} does not export the service ${name} any more`);
      return invoke(call);
    };
  return {
    find: async (name) => (await refresh()).handlers.get(name),
    services: Object.fromEntries(Object.keys(current.services).map((name) => [name, service(name)])),
    hint(name) {
      const names = [...current.handlers.keys()];
      const others = names.length === 0 ? "It exports no function" : `It exports ${names.join(", ")}`;
      return `${file} has no function ${JSON.stringify(name)}: ${exportOf(name)}. ${others}.`;
    },
  };
}

/** How a function would be exported, as part of a sentence. */
export function exportOf(name: string): string {
  const identifier = /^[A-Za-z_$][\w$]*$/.test(name);
  return identifier
    ? `export async function ${name}(event, context) { ... }`
    : `export { handler as ${JSON.stringify(name)} } or export default { ${JSON.stringify(name)}: handler }`;
}

async function load(file: string, again = false): Promise<Loaded> {
  let modified: number;
  let module: Record<string, unknown>;
  try {
    modified = (await stat(file)).mtimeMs;
    const url = pathToFileURL(resolve(file));
    // Node keeps what it has imported, by address.
    if (again) url.searchParams.set("modified", String(modified));
    module = (await import(url.href)) as Record<string, unknown>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CommandError(
      `${file} cannot be imported: ${missing ? "there is no such file" : whereOf(file, error)}`,
    );
  }
  return { modified, handlers: handlersOf(module), services: servicesOf(file, module.services) };
}

/** The message, and the place of an error of syntax: Node tells it to nobody but the reader of its own output. */
function whereOf(file: string, error: unknown): string {
  if (!(error instanceof SyntaxError)) return messageOf(error);
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
  const line = /:(\d+)\n/.exec(stderr)?.[1];
  return line === undefined ? error.message : `${error.message} in line ${line}`;
}

function handlersOf(module: Record<string, unknown>): Map<string, LambdaHandler> {
  const { default: others, ...named } = module;
  const listed = typeof others === "object" && others !== null ? Object.entries(others) : [];
  const all = [...listed, ...Object.entries(named)];
  return new Map(all.filter((entry): entry is [string, LambdaHandler] => typeof entry[1] === "function"));
}

function servicesOf(file: string, services: unknown): Record<string, ServiceInvoker> {
  if (services === undefined || typeof services === "function") return {};
  const entries = typeof services === "object" && services !== null ? Object.entries(services) : [];
  const wrong = entries.find(([, service]) => typeof service !== "function");
  if (typeof services !== "object" || services === null || wrong !== undefined) {
    const what = wrong === undefined ? "" : `: ${wrong[0]} is no function`;
    throw new CommandError(
      `${file} exports services that are not an object of functions by resource, such as { "sqs:sendMessage": async (call) => ({ ... }) }${what}`,
    );
  }
  return Object.fromEntries(entries);
}
