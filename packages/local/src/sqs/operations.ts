import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import { missingParameter } from "./errors.js";
import type { MoveTasks } from "./move-tasks.js";
import type { LiveQueue } from "./live-queue.js";
import type { Queues } from "./queues.js";

/** What an operation works with. */
export interface Call {
  readonly queues: Queues;
  readonly tasks: MoveTasks;
  readonly accountId: string;
  /** Where the caller reached this endpoint, e.g. "http://127.0.0.1:4566". */
  readonly baseUrl: string;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

export type Operation = (input: unknown, call: Call) => Promise<object>;

/** An operation from the shape of its input and what it does. */
export function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>, call: Call) => Promise<object>,
): Operation {
  return async (input, call) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(parsed.data, call);
    throw shapeError(parsed.error, input);
  };
}

/** As AWS tells them apart: a parameter that is missing, and a document that does not have the shape. */
function shapeError(error: z.ZodError, input: unknown): AwsError {
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
  if (found === undefined && path.length > 0) return missingParameter(path.map(String).join("."));
  return new AwsError(
    "SerializationException",
    `${path.map(String).join(".") || "The request"}: ${issue?.message}.`,
  );
}

export const queueUrl = z.string();
/** Null is how some clients write what is not there. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** The queue of a URL. @throws AwsError InvalidAddress, QueueDoesNotExist */
export function queueOf(url: string, { queues, accountId }: Call): LiveQueue {
  const [account, name] = pathOf(url);
  const queue = account === accountId ? queues.find(name) : undefined;
  if (queue === undefined) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
  return queue;
}

function pathOf(url: string): [account: string, name: string] {
  const [, account, name, ...rest] = URL.canParse(url) ? new URL(url).pathname.split("/") : [];
  if (account && name && rest.length === 0) return [account, name];
  throw new AwsError(
    "InvalidAddress",
    `The address ${url.slice(0, 200)} is not valid for this endpoint.`,
    404,
  );
}

export function urlOf(queue: LiveQueue, { baseUrl, accountId }: Call): string {
  return `${baseUrl}/${accountId}/${queue.record.name}`;
}
