import { stat } from "node:fs/promises";
import { invokeHandlers } from "../handlers/lambda.js";
import { type MockConfig, MockConfigError, parseMockConfig } from "../mocking/config.js";
import { overridesFromMocks } from "../mocking/overrides.js";
import { openStepFunctions, type StepFunctions, type StepFunctionsOptions } from "../open.js";
import type { Logger } from "../ports.js";
import {
  DataDirectoryDamagedError,
  DataDirectoryFormatError,
  DataDirectoryInUseError,
  DataDirectoryWriteError,
} from "../store/errors.js";
import { readNumber, readText } from "./arguments.js";
import { CommandError, messageOf } from "./errors.js";
import { readText as readFile } from "./files.js";
import { folderObjects } from "./folder-objects.js";
import { exportOf, type FunctionsFile, openFunctionsFile } from "./functions-file.js";
import { plain, terminal } from "./terminal.js";

/** The options that `serve` and `run` share. */
export const engineOptions = {
  data: { type: "string" },
  functions: { type: "string" },
  "mock-config": { type: "string" },
  objects: { type: "string" },
  "wait-scale": { type: "string" },
  region: { type: "string" },
  account: { type: "string" },
  "virtual-clock": { type: "boolean" },
} as const;

export interface EngineValues {
  functions?: string | undefined;
  "mock-config"?: string | undefined;
  objects?: string | undefined;
  "wait-scale"?: string | undefined;
  region?: string | undefined;
  account?: string | undefined;
}

/** What the options come to: everything of an engine but its folder and clock. */
export interface EngineSetup {
  options: Omit<StepFunctionsOptions, "dataDir">;
  mocks: MockConfig | undefined;
}

/** Reads the shared options and the files that they name. @throws CommandError */
export async function readEngineSetup(command: string, values: EngineValues): Promise<EngineSetup> {
  const region = readText(command, "region", values.region, {
    form: /^[a-z]{2}(-[a-z]+)+-\d$/,
    like: "a region like us-east-1",
    otherwise: "us-east-1",
  });
  const accountId = readText(command, "account", values.account, {
    form: /^\d{12}$/,
    like: "twelve digits",
    otherwise: "000000000000",
  });
  const waitScale = readNumber(command, "wait-scale", values["wait-scale"], { min: 0, max: 1_000_000 });
  const mocks = values["mock-config"] === undefined ? undefined : readMocks(values["mock-config"]);
  if (values.objects !== undefined) await assertFolder(values.objects);
  const functions =
    values.functions === undefined ? undefined : await openFunctionsFile(values.functions, warn);
  // What a handler starts and forgets may fail later: that is no reason to stop everything else.
  if (functions !== undefined)
    process.on("unhandledRejection", (error) =>
      warn(`A function left a promise that failed: ${messageOf(error)}`),
    );
  const options = {
    region,
    accountId,
    lambda: invokeHandlers((name) => functions?.find(name), {
      region,
      accountId,
      onMissing: hints(functions),
    }),
    logger,
    ...(functions === undefined ? {} : { services: functions.services }),
    ...(mocks === undefined ? {} : { overrides: overridesFromMocks(mocks) }),
    ...(values.objects === undefined ? {} : { objects: folderObjects(values.objects) }),
    ...(waitScale === undefined ? {} : { waitScale }),
  };
  return { options, mocks };
}

/** Opens an engine. @throws CommandError when its folder cannot be used */
export async function openEngine(options: StepFunctionsOptions): Promise<StepFunctions> {
  try {
    return await openStepFunctions(options);
  } catch (error) {
    const known = [
      DataDirectoryInUseError,
      DataDirectoryDamagedError,
      DataDirectoryFormatError,
      DataDirectoryWriteError,
    ];
    const { code } = error as NodeJS.ErrnoException;
    if (known.some((kind) => error instanceof kind)) throw new CommandError(messageOf(error));
    if (code !== undefined)
      throw new CommandError(`The data folder ${options.dataDir} cannot be used: ${messageOf(error)}`);
    throw error;
  }
}

function readMocks(file: string): MockConfig {
  const text = readFile(file, "The mock configuration");
  try {
    return parseMockConfig(text);
  } catch (error) {
    if (error instanceof MockConfigError)
      throw new CommandError(
        `${file} cannot be used:\n${error.problems.map((line) => `  ${line}`).join("\n")}`,
      );
    throw error;
  }
}

async function assertFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw new CommandError(`--objects ${folder}: there is no such folder`);
}

/** Says once for each function that is missing how to export it. */
function hints(functions: FunctionsFile | undefined): (functionName: string) => void {
  const told = new Set<string>();
  return (name) => {
    if (told.has(name)) return;
    told.add(name);
    const what = `There is no function ${JSON.stringify(name)}: give --functions FILE.mjs with ${exportOf(name)}.`;
    warn(functions?.hint(name) ?? what);
  };
}

export function warn(message: string): void {
  terminal.error(`${terminal.paintError("yellow", "warning")} ${plain(message)}`);
}

const logger: Logger = {
  warn: (fields, message) => warn(`${message} ${fieldText(fields)}`),
  error: (fields, message) =>
    terminal.error(`${terminal.paintError("red", "error")} ${plain(`${message} ${fieldText(fields)}`)}`),
};

function fieldText(fields: object): string {
  const shown = Object.entries(fields).map(([name, value]) => {
    const text = value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value);
    return `${name}=${text}`;
  });
  return shown.join(" ");
}
