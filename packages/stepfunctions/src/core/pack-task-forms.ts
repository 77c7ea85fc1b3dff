// The short forms of what happens to a task.

import { quoted } from "../json.js";
import { Json } from "../json-text.js";
import { functionOf } from "./function-name.js";
import { lambdaCall } from "./lambda.js";
import { dataIn, type Details, type Form, NO_THEN, type Said, word, wordIn } from "./pack-form.js";
import { type LogRecord, regionOf, type TaskCall, type Then } from "./state.js";
import type { Words } from "./words.js";

/** Seconds of a task's timeout and heartbeat, and the moments that they come to. */
function limits(at: number, timeout: unknown, heartbeat: unknown) {
  const seconds = (given: unknown): number | null =>
    given === 0 || given === undefined ? null : (given as number);
  const moment = (given: unknown): number | null => {
    const known = seconds(given);
    return known === null ? null : at + known * 1000;
  };
  return {
    timeoutAt: moment(timeout),
    heartbeatAt: moment(heartbeat),
    heartbeatSeconds: seconds(heartbeat),
  };
}

/** Slots without the zeros at their end. */
function trimmed(...slots: (string | number)[]): string {
  let length = slots.length;
  while (length > 0 && slots[length - 1] === 0) length -= 1;
  let text = "";
  for (let at = 0; at < length; at += 1) text += `,${slots[at]}`;
  return text;
}

/** Few tasks have credentials: those are written out. */
const fits = ({ details }: LogRecord): boolean => details?.taskCredentials === undefined;

/** LambdaFunctionScheduled: the call follows from the function's ARN and the input. */
export const scheduled: Form = {
  thens: ["task"],
  fits,
  write({ details, then }, { said, words }) {
    const { input = "", resource = "" } = details as Details;
    const { task } = then as Extract<Then, { kind: "task" }>;
    const known = input === said.data;
    said.data = input;
    const timeout = details?.timeoutInSeconds as number | undefined;
    if (known && timeout === undefined && task.heartbeatSeconds === null) return `,${word(resource, words)}`;
    const data = known ? 0 : JSON.stringify(input);
    return trimmed(word(resource, words), data, timeout ?? 0, task.heartbeatSeconds ?? 0);
  },
  read([arn, given, timeout, heartbeat], { at, said, words }) {
    const resource = wordIn(arn, words);
    const input = dataIn(given, said);
    const details: Record<string, unknown> = { input, resource };
    if (timeout !== undefined && timeout !== 0) details.timeoutInSeconds = timeout;
    const call: TaskCall = { kind: "lambda", ...functionOf(resource), payload: input };
    return {
      details,
      then: { kind: "task", task: { call, token: null, ...limits(at, timeout, heartbeat) } },
    };
  },
};

/** What a service integration is called: two slots, without the zeros of what has been said. */
function ownSlots(details: Details, said: Said): [string | number, string | number] {
  const { resource = "", resourceType = "" } = details;
  const slots: [string | number, string | number] = [
    resource === said.resource ? 0 : quoted(resource),
    resourceType === said.service ? 0 : quoted(resourceType),
  ];
  said.resource = resource;
  said.service = resourceType;
  return slots;
}

function ownIn(resource: unknown, service: unknown, said: Said): { resource: string; resourceType: string } {
  if (typeof resource === "string") said.resource = resource;
  if (typeof service === "string") said.service = service;
  return { resource: said.resource, resourceType: said.service };
}

const FUNCTION = '{"FunctionName":"';
const PAYLOAD = '","Payload":';

/** The number of the function, if a call's parameters are nothing but the function and the data said last. */
function plainCall(parameters: string, data: string, words: Words): number | undefined {
  if (!parameters.startsWith(FUNCTION) || !parameters.endsWith("}")) return undefined;
  const end = parameters.indexOf('"', FUNCTION.length);
  const payload = end + PAYLOAD.length;
  if (payload + data.length + 1 !== parameters.length || !parameters.startsWith(PAYLOAD, end))
    return undefined;
  if (!parameters.startsWith(data, payload)) return undefined;
  return words.number(parameters.slice(FUNCTION.length, end));
}

/** TaskScheduled: lambda:invoke's call follows from the parameters. */
export const called: Form = {
  thens: ["task"],
  fits,
  write({ details, then }, { said, words }) {
    const { parameters = "" } = details as Details;
    const { call, token, heartbeatSeconds } = (then as Extract<Then, { kind: "task" }>).task;
    const [resource, service] = ownSlots(details as Details, said);
    const timeout = (details?.timeoutInSeconds as number | undefined) ?? 0;
    const written = plainCall(parameters, said.data, words) ?? JSON.stringify(parameters);
    const name = call.kind === "service" ? JSON.stringify(call.name) : 0;
    const wait = token === null ? 0 : JSON.stringify(token);
    return trimmed(written, resource, service, timeout, heartbeatSeconds ?? 0, wait, name);
  },
  read([given, action, type, timeout, heartbeat, token, name], { at, said, words, identity }) {
    const { resource, resourceType } = ownIn(action, type, said);
    const parameters =
      typeof given === "number"
        ? `${FUNCTION}${words.text(given)}${PAYLOAD}${said.data}}`
        : (given as string);
    const details: Record<string, unknown> = {
      parameters,
      region: regionOf(identity),
      resource,
      resourceType,
    };
    if (timeout !== undefined && timeout !== 0) details.timeoutInSeconds = timeout;
    if (heartbeat !== undefined && heartbeat !== 0) details.heartbeatInSeconds = heartbeat;
    const call: TaskCall =
      typeof name === "string"
        ? { kind: "service", resource: `${resourceType}:${resource}`, parameters, name }
        : lambdaCall(Json.text(parameters));
    const held = typeof token === "string" ? token : null;
    return {
      details,
      then: { kind: "task", task: { call, token: held, ...limits(at, timeout, heartbeat) } },
    };
  },
};

export const bare: Form = {
  thens: NO_THEN,
  write: () => "",
  read: () => ({}),
};

export const serviceStarted: Form = {
  thens: NO_THEN,
  write({ details }, { said }) {
    return trimmed(...ownSlots(details as Details, said));
  },
  read([resource, service], { said }) {
    return { details: ownIn(resource, service, said) };
  },
};

/** TaskSucceeded: with an output or, of lambda:invoke, a response. */
export const succeeded: Form = {
  thens: NO_THEN,
  write({ details, response }, { said }) {
    const [resource, service] = ownSlots(details as Details, said);
    const data = response?.payload ?? (details as Details).output ?? "";
    const known = data === said.data;
    said.data = data;
    const text = `,${resource},${service},${known ? 0 : JSON.stringify(data)}`;
    if (response === undefined) return text;
    const { executedVersion, statusCode } = response;
    if (executedVersion === "$LATEST" && statusCode === 200) return `${text},0`;
    return `${text},${JSON.stringify(executedVersion)},${statusCode}`;
  },
  read([resource, service, given, version, statusCode = 200], { said }) {
    const details = ownIn(resource, service, said);
    const data = dataIn(given, said);
    if (version === undefined) return { details: { output: data, ...details } };
    const executedVersion = version === 0 ? "$LATEST" : (version as string);
    return { details, response: { payload: data, executedVersion, statusCode: statusCode as number } };
  },
};
