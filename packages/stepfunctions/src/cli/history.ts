import { stat } from "node:fs/promises";
import { AwsError } from "../aws-error.js";
import { eventFromHistory } from "../observe/event.js";
import { readRawHistory } from "../observe/read-history.js";
import { readArguments } from "./arguments.js";
import { callEndpoint } from "./endpoint.js";
import { openEngine } from "./engine.js";
import { CommandError } from "./errors.js";
import { EventLines } from "./event-lines.js";
import { exitStatus } from "./exit-status.js";
import { terminal } from "./terminal.js";

const options = {
  data: { type: "string" },
  endpoint: { type: "string" },
  json: { type: "boolean" },
} as const;
const EXECUTION = /^arn:aws[a-z-]*:states:([a-z0-9-]+):(\d{12}):(execution|express):/;

type Handle = (operation: string, request: unknown) => Promise<unknown>;

/** `stepfunctions history EXECUTION_ARN` */
export async function history(args: string[]): Promise<number> {
  const limits = { name: "EXECUTION_ARN", least: 1, most: 1 };
  const { values, positionals } = readArguments("history", args, options, limits);
  const executionArn = positionals[0] as string;
  const [, region, accountId] = EXECUTION.exec(executionArn) ?? [];
  if (region === undefined || accountId === undefined)
    throw new CommandError(`${JSON.stringify(executionArn)} is not the ARN of an execution`, "history");
  if (values.data !== undefined && values.endpoint !== undefined)
    throw new CommandError("There is --data or --endpoint, not both", "history");
  const show = async (handle: Handle): Promise<number> => {
    try {
      return await showHistory(handle, executionArn, values.json ?? false);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      terminal.error(error.message);
      return exitStatus.FAILED;
    }
  };
  if (values.endpoint !== undefined) return show(callEndpoint(values.endpoint));
  return inFolder(values.data ?? ".stepfunctions", { region, accountId }, show);
}

async function inFolder(
  dataDir: string,
  account: { region: string; accountId: string },
  show: (handle: Handle) => Promise<number>,
): Promise<number> {
  const found = await stat(dataDir).catch(() => null);
  if (found?.isDirectory() !== true)
    throw new CommandError(
      `${dataDir}: there is no such folder; --data names one, --endpoint an engine that runs`,
    );
  const lambda = () => Promise.reject(new Error("nothing runs here"));
  const engine = await openEngine({ ...account, dataDir, lambda, paused: true });
  try {
    return await show(engine.handle);
  } finally {
    await engine.close();
  }
}

async function showHistory(handle: Handle, executionArn: string, json: boolean): Promise<number> {
  const events = await readRawHistory(handle, executionArn);
  const lines = new EventLines(terminal.paint, terminal.columns ?? 400);
  for (const event of events)
    terminal.out(json ? JSON.stringify(event) : lines.full(eventFromHistory(event)));
  return exitStatus.SUCCEEDED;
}
