import type { Started } from "@longhaul/api";
import { type Run, type RunError, type RunEvent, runErrorSchema } from "@longhaul/kit";
import { withErrors } from "../errors.js";
import type { Longhaul } from "../longhaul.js";
import { sendStart } from "../start.js";
import type { ListOptions, StartOptions } from "../types.js";
import { readInput, type Values, wholeNumber } from "./arguments.js";
import { exitCodes, UsageError } from "./usage.js";

export interface Terminal {
  stdin: NodeJS.ReadableStream;
  /** Prints one line; what a terminal would obey in it, a line's end too, is written out. */
  print(line: string): void;
}

export interface Command {
  longhaul: Longhaul;
  values: Values;
  terminal: Terminal;
}

type Verb = (command: Command, subject: string, input: string | undefined) => Promise<number>;

const verbs: Readonly<Record<string, Verb>> = { start, get, watch: watchFrom, cancel, retry, rerun };

/** Carries out a command. @returns the exit status @throws UsageError, LonghaulError */
export async function carryOut(command: Command, words: readonly string[]): Promise<number> {
  const [noun, verb, subject, input, ...more] = words;
  if (noun === "workflows" && verb === undefined) return listWorkflows(command);
  if (noun === "runs" && verb === "list" && subject === undefined) return listRuns(command);
  const work = noun === "runs" && verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (noun === "runs" && !work) {
    throw new UsageError(`"runs" goes with one of: list, ${Object.keys(verbs).join(", ")}.`);
  }
  if (!work) throw new UsageError(`There is no command "${words.join(" ")}".`);
  if (subject === undefined)
    throw new UsageError(
      `"runs ${verb}" needs ${verb === "start" ? "the name of a workflow" : "the id of a run"}.`,
    );
  const useless = verb === "start" ? more[0] : input;
  if (useless !== undefined) throw new UsageError(`There is no use for "${useless}".`);
  return work(command, subject, input);
}

async function listWorkflows({ longhaul, values, terminal }: Command): Promise<number> {
  for (const card of await withErrors(longhaul.api.workflows.list.query())) {
    terminal.print(values.json ? JSON.stringify(card) : `${card.name}  ${card.title}`);
  }
  return exitCodes.ok;
}

async function listRuns({ longhaul, values, terminal }: Command): Promise<number> {
  const { workflow, status, tag, search, limit } = values;
  const filter = { workflow, statuses: status, tag: tag?.[0], search, limit: wholeNumber("limit", limit) };
  // The API says what is wrong with a status that is none.
  const { runs } = await longhaul.runs.list(filter as ListOptions);
  for (const run of runs) terminal.print(values.json ? JSON.stringify(run) : lineOf(run));
  if (runs.length === 0 && !values.json) terminal.print("No runs.");
  return exitCodes.ok;
}

async function start(command: Command, workflow: string, given: string | undefined): Promise<number> {
  const { longhaul, values, terminal } = command;
  const cards = await withErrors(longhaul.api.workflows.list.query());
  const card = cards.find(({ name, key }) => name === workflow || key === workflow);
  if (!card) {
    const names = cards.map(({ name }) => name).join(", ");
    throw new UsageError(`There is no workflow "${workflow}". There are: ${names}.`);
  }
  const options: StartOptions = {
    ...(values.key === undefined ? {} : { idempotencyKey: values.key }),
    ...(values.priority === undefined ? {} : { priority: values.priority as "normal" }),
    ...(values.tag === undefined ? {} : { tags: values.tag }),
    ...(values["not-before"] === undefined ? {} : { notBefore: values["not-before"] }),
  };
  const input = await readInput(given, terminal.stdin);
  return begun(command, await withErrors(sendStart(longhaul.api, card.key, input, options)));
}

async function get({ longhaul, values, terminal }: Command, runId: string): Promise<number> {
  printJson(await longhaul.runs.get(runId), values, terminal);
  return exitCodes.ok;
}

async function cancel({ longhaul, terminal }: Command, runId: string): Promise<number> {
  const { ended } = await longhaul.runs.cancel(runId);
  terminal.print(ended ? "The run is cancelled." : "The run is being cancelled.");
  return exitCodes.ok;
}

async function retry(command: Command, runId: string): Promise<number> {
  const { longhaul, values, terminal } = command;
  const before = (await longhaul.runs.get(runId)).run.lastSeq;
  const { attempt } = await longhaul.runs.retry(runId);
  if (values.wait) return watch(command, runId, before);
  terminal.print(`Attempt ${attempt} is queued.`);
  return exitCodes.ok;
}

async function rerun(command: Command, runId: string): Promise<number> {
  const { runs } = command.longhaul;
  const { from } = command.values;
  return begun(
    command,
    from === undefined ? await runs.rerun(runId) : await runs.rerunFrom(runId, { step: from }),
  );
}

async function begun(command: Command, started: Started): Promise<number> {
  const { values, terminal } = command;
  terminal.print(values.json ? JSON.stringify(started) : started.runId);
  return values.wait ? watch(command, started.runId, 0) : exitCodes.ok;
}

async function watchFrom(command: Command, runId: string): Promise<number> {
  const after = wholeNumber("after", command.values.after);
  // Watching goes on through whatever breaks: what was wrong from the beginning is found here.
  await command.longhaul.runs.get(runId);
  return watch(command, runId, after);
}

async function watch(
  { longhaul, values, terminal }: Command,
  runId: string,
  after: number | undefined,
): Promise<number> {
  let last: Run | null = null;
  for await (const { run, events } of longhaul.runs.watch(runId, { after })) {
    last = run;
    for (const event of events) terminal.print(values.json ? JSON.stringify(event) : sentenceOf(event));
  }
  if (!last) return exitCodes.refused;
  if (!values.json) terminal.print(lineOf(last));
  if (last.status === "succeeded") {
    printJson(last.output, values, terminal);
    return exitCodes.ok;
  }
  if (last.status === "cancelled") return exitCodes.cancelled;
  if ("error" in last && !values.json) for (const line of spelled(last.error)) terminal.print(line);
  return exitCodes.failed;
}

/** For people over several lines. */
function printJson(value: unknown, { json }: Values, { print }: Terminal): void {
  for (const line of JSON.stringify(value, null, json ? 0 : 2).split("\n")) print(line);
}

function lineOf({ id, status, progress, workflow, name }: Run): string {
  return `${id}  ${status.padEnd(10)} ${String(Math.floor(progress * 100)).padStart(3)} %  ${workflow}  ${name}`;
}

function sentenceOf({ seq, at, type, step, data }: RunEvent): string {
  const error = runErrorSchema.safeParse(data["error"]);
  const message = error.success ? spelled(error.data).join(" ") : data["message"];
  const said = typeof message === "string" ? `  ${message}` : "";
  return `${String(seq).padStart(4)}  ${at}  ${type}${step ? `  ${step}` : ""}${said}`;
}

/** What went wrong, and why where that is known. */
function spelled({ message, cause }: RunError): string[] {
  return cause === undefined ? [message] : [message, `(${cause.replaceAll(/\s+/g, " ")})`];
}
