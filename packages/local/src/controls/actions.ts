import { stepFunctionName } from "@longhaul/functions/manifest";
import { z } from "zod";
import { ControlError, type Controls } from "./controls.js";

const mostFaults = 100;

/** Fields of a form are text, and empty where nothing was written. */
const number = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => {
    if (typeof given !== "string") return given;
    return given.trim() === "" ? undefined : Number(given);
  }, schema);
const text = (most: number) => z.string().trim().max(most);
const optionalText = (most: number) =>
  text(most)
    .transform((given) => (given === "" ? null : given))
    .nullable()
    .default(null);

const triesSchema = z.preprocess(
  (given) =>
    typeof given === "string"
      ? given
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(Number)
      : given,
  z
    .array(z.int().min(1).max(1_000_000))
    .max(100)
    .nullable()
    .default(null)
    .transform((tries) => (tries?.length === 0 ? null : tries)),
);

const faultSchema = z.strictObject({
  function: text(140).min(1),
  kind: z.enum(["error", "throttle", "delay", "kill"]),
  tries: triesSchema,
  run: optionalText(100),
  error: optionalText(200),
  message: optionalText(2_000),
  seconds: number(z.number().min(0).max(3_600).default(0)),
});

/** A thing that can be done. */
interface Action {
  /** What a request must say. */
  readonly usage: string;
  readonly run: (given: unknown, controls: Controls) => object | Promise<object>;
}

function action<Schema extends z.ZodType>(
  usage: string,
  schema: Schema,
  run: (asked: z.output<Schema>, controls: Controls) => object | Promise<object>,
): Action {
  return {
    usage,
    run(given, controls) {
      const parsed = schema.safeParse(given);
      if (!parsed.success) throw new ControlError(`Say ${usage}.`);
      return run(parsed.data, controls);
    },
  };
}

const skip = action(
  '{"execution": "<ARN>"}, {"run": "<id>"}, or {} for all that waits',
  z.strictObject({ execution: optionalText(2_000), run: optionalText(100) }),
  async ({ execution, run }, controls) => {
    // An execution is named after its run and its attempt.
    const isOfRun = (arn: string) => arn.split(":").at(-1)?.startsWith(`${run}-`) === true;
    const isMeant = (arn: string) => (execution === null ? run === null || isOfRun(arn) : arn === execution);
    return { skipped: await waitsOf(controls).skip(isMeant) };
  },
);

const scale = action(
  '{"scale": <factor of Waits and delays of retries from now on, 0 to 1000000>}',
  z.strictObject({ scale: number(z.number().min(0).max(1_000_000)) }),
  ({ scale: factor }, controls) => {
    waitsOf(controls).scale = factor;
    return { scale: factor };
  },
);

const addFault = action(
  '{"function": "<name>" or "<workflow>/<Step>", "kind": "error" | "throttle" | "delay" | "kill", ' +
    '"tries": [<numbers from 1>], "run": "<id>", "error": "<name>", "message": "<text>", "seconds": <0 to 3600>}',
  faultSchema,
  ({ error, message, ...asked }, { lambda }) => {
    if (lambda.faults.list().length >= mostFaults) {
      throw new ControlError(`There are ${mostFaults} faults already: remove some.`);
    }
    return lambda.faults.add({
      ...asked,
      function: knownFunction(asked.function, lambda),
      error: { name: error ?? "RetryableError", message: message ?? "A fault that was asked for." },
    });
  },
);

const removeFault = action(
  '{"id": <of a fault>}, or {} for all',
  z.strictObject({ id: number(z.int().optional()) }),
  ({ id }, { lambda: { faults } }) => {
    if (id === undefined) faults.clear();
    else if (!faults.remove(id)) throw new ControlError(`There is no fault ${id}.`);
    return { faults: faults.list() };
  },
);

const kill = action(
  '{"function": "<name>" or "<workflow>/<Step>"}, or {} for all processes',
  z.strictObject({ function: optionalText(140) }),
  ({ function: name }, { lambda }) => ({
    killed: lambda.kill(name === null ? null : knownFunction(name, lambda)),
  }),
);

const feed = action(
  '{"feed": "on" | "silent" | "off"}',
  z.strictObject({ feed: z.enum(["on", "silent", "off"]) }),
  ({ feed: state }, { realtime }) => {
    const service = realtime();
    if (service === null) throw new ControlError("Realtime is not started.");
    service.feed = state;
    return { feed: state };
  },
);

const queues = action(
  '{"duplicate": "none" | "at-once" | "after-delete", "queue": "<name>" or null}',
  z.strictObject({ duplicate: z.enum(["none", "at-once", "after-delete"]), queue: optionalText(80) }),
  ({ duplicate, queue }, { sqs }) => {
    sqs.faults.duplicate(duplicate, queue);
    return { duplicate, queue };
  },
);

const training = action(
  '{"fault": "none" | "die" | "freeze"}',
  z.strictObject({ fault: z.enum(["none", "die", "freeze"]) }),
  ({ fault }, { sageMaker }) => {
    sageMaker.faults.next = fault;
    return { fault };
  },
);

/** What can be asked for, by the path of its POST. */
export const actions: ReadonlyMap<string, Action> = new Map([
  ["/_longhaul/waits/skip", skip],
  ["/_longhaul/waits/scale", scale],
  ["/_longhaul/faults", addFault],
  ["/_longhaul/faults/remove", removeFault],
  ["/_longhaul/processes/kill", kill],
  ["/_longhaul/feed", feed],
  ["/_longhaul/queues/faults", queues],
  ["/_longhaul/training/faults", training],
]);

/** @throws ControlError while the engine is not open */
function waitsOf({ waits }: Controls) {
  const time = waits();
  if (time === null) throw new ControlError("Step Functions is still starting.");
  return time;
}

/** A name stays, and "<workflow>/<Step>" is the function of that step. */
function functionNamed(name: string): string {
  const [workflow = "", step, ...more] = name.split("/");
  return step === undefined || more.length > 0 ? name : stepFunctionName(workflow, step);
}

/** @throws ControlError where there is no such function */
function knownFunction(given: string, lambda: Controls["lambda"]): string {
  const name = functionNamed(given);
  const names = lambda.list().map((spec) => spec.name);
  if (names.includes(name)) return name;
  // Those of the same workflow, where it is only the step that is wrong.
  const near = names.filter((other) => other.startsWith(name.slice(0, name.lastIndexOf("-") + 1)));
  throw new ControlError(
    `There is no function "${name}". There are: ${(near.length > 0 ? near : names).join(", ")}.`,
  );
}
