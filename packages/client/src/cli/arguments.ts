import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { UsageError } from "./usage.js";

const options = {
  url: { type: "string" },
  token: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
  wait: { type: "boolean" },
  key: { type: "string" },
  priority: { type: "string" },
  tag: { type: "string", multiple: true },
  "not-before": { type: "string" },
  workflow: { type: "string" },
  status: { type: "string", multiple: true },
  search: { type: "string" },
  limit: { type: "string" },
  after: { type: "string" },
  from: { type: "string" },
} as const;

/** @throws UsageError */
export function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
export type Values = ReturnType<typeof readArguments>["values"];

/** @throws UsageError */
export function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw new UsageError(`--${name} takes a whole number, not "${value}".`);
  return Number(value);
}

/** An input given as JSON, as @file or as - for standard input; {} when there is none. @throws UsageError */
export async function readInput(given: string | undefined, stdin: NodeJS.ReadableStream): Promise<unknown> {
  if (given === undefined) return {};
  try {
    return JSON.parse(await contentOf(given, stdin)) as unknown;
  } catch (error) {
    throw new UsageError(`The input ${given} cannot be read: ${(error as Error).message}`);
  }
}

async function contentOf(given: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (given === "-") return text(stdin);
  return given.startsWith("@") ? readFile(given.slice(1), "utf8") : given;
}
