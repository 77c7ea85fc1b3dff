import type { z } from "zod";
import type { Json } from "../json.js";
import type { Channel, Notification, Priority, Role } from "../run.js";

/**
 * "models" are those for text, pictures and speech, and the environment that names them; "training" is jobs of SageMaker
 * and the bucket that they read and write; "connections" are third parties' accounts that the organisation has connected.
 */
export type Permission = "storage" | "email" | "sms" | "push" | "models" | "training" | "connections";

export interface RetryPolicy {
  /** How often the step is tried again after its first failure (ASL's MaxAttempts); 0 is never. */
  readonly maxAttempts: number;
  readonly intervalSeconds: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
}

export interface RetryAfter {
  /** A third party that asks for more is asked again after this long. */
  readonly maxSeconds: number;
}

/** The declaration of a step: what machines, infrastructure and dashboards know of it. Holds no handler. */
export interface Step<
  Name extends string = string,
  Stage extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  /** PascalCase: the name of the state. */
  readonly name: Name;
  readonly stage: Stage;
  readonly input: Input;
  readonly output: Output;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly retry: RetryPolicy;
  /** Whether a RetryableError's `retryAfter` is waited for, and for how long at most; null: the policy alone decides. */
  readonly retryAfter: RetryAfter | null;
  readonly permissions: readonly Permission[];
  /** Whether an invocation wants its process for itself. */
  readonly exclusive: boolean;
}

export interface StepOptions<
  Name extends string,
  Stage extends string,
  Input extends z.ZodType,
  Output extends z.ZodType,
> {
  readonly name: Name;
  readonly stage: Stage;
  readonly input: Input;
  readonly output: Output;
  /** 5 to 900, as long as Lambda lets a function run. */
  readonly timeoutSeconds: number;
  /** 128 to 10240; 512 unless said. */
  readonly memoryMb?: number;
  readonly retry?: RetryPolicy;
  /** Makes the machine wait for as long as a RetryableError's `retryAfter` says, `maxSeconds` at most. */
  readonly retryAfter?: RetryAfter | null;
  readonly permissions?: readonly Permission[];
  /**
   * True for a step that computes, or needs much memory: where a process may hold several invocations of a step, this one
   * gets one for itself each time. On AWS each invocation has that anyway. False unless said.
   */
  readonly exclusive?: boolean;
}

const defaultRetry: RetryPolicy = { maxAttempts: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 };
const stepName = /^[A-Z][A-Za-z0-9]{0,47}$/;

function demand(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/**
 * Declares a step. Its handler is bound elsewhere, by {@link implement}, so that whoever imports the
 * declaration loads no handler code.
 *
 * @throws Error when the name is not PascalCase or a number is out of Lambda's or ASL's bounds.
 */
export function defineStep<
  const Name extends string,
  const Stage extends string,
  Input extends z.ZodType,
  Output extends z.ZodType,
>(options: StepOptions<Name, Stage, Input, Output>): Step<Name, Stage, Input, Output> {
  const { name, timeoutSeconds, memoryMb = 512, retry = defaultRetry, permissions = [] } = options;
  const { retryAfter = null, exclusive = false } = options;
  demand(stepName.test(name), `Step name "${name}" must be PascalCase, at most 48 letters and digits.`);
  const within = (value: number, low: number, high: number, what: string, whole = true) =>
    demand(
      value >= low && value <= high && (!whole || Number.isInteger(value)),
      `${what} of step "${name}" must be ${whole ? "a whole number " : ""}from ${low} to ${high}, not ${value}.`,
    );
  within(timeoutSeconds, 5, 900, "timeoutSeconds");
  within(memoryMb, 128, 10_240, "memoryMb");
  within(retry.maxAttempts, 0, 1_000, "retry.maxAttempts");
  within(retry.intervalSeconds, 1, 86_400, "retry.intervalSeconds");
  within(retry.backoffRate, 1, 100, "retry.backoffRate", false);
  within(retry.maxDelaySeconds, retry.intervalSeconds + 1, 31_622_400, "retry.maxDelaySeconds");
  if (retryAfter) within(retryAfter.maxSeconds, 1, 86_400, "retryAfter.maxSeconds");
  return { ...options, memoryMb, retry, retryAfter, permissions, exclusive };
}

/** What the selector of a machine must produce for the step: the input before zod's defaults. */
export type StepInput<S extends Pick<Step, "input">> = z.input<S["input"]>;
/** What later steps see of it. */
export type StepOutput<S extends Pick<Step, "output">> = z.output<S["output"]>;

export interface StepLog {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

export interface StartedBy {
  readonly id: string;
  /** In the run's organisation, at this moment; null for somebody who has left it. */
  readonly role: Role | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly pushTarget: string | null;
  readonly notificationChannel: Channel;
}

export interface OpenArtifact {
  readonly name: string;
  readonly contentType: string;
  /** Bytes of the whole file, also when only a part is read. */
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array>;
}

export interface WrittenArtifact {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** What the bucket takes: 50 MB an object. */
export const maxArtifactBytes = 52_428_800;

export interface OpenOptions {
  /** From this byte on. */
  readonly start?: number;
  /** A file that is larger, as a whole, is refused before a byte is read. */
  readonly maxBytes?: number;
  /** Content types the step can read, like "image/png" or "image/*"; any unless said. */
  readonly contentTypes?: readonly string[];
}

export interface WriteOptions {
  /** A body that turns out larger is cut off and refused; {@link maxArtifactBytes} at most. */
  readonly maxBytes?: number;
}

export interface StepArtifacts {
  /**
   * Opens a file of the run's organisation as a stream.
   *
   * @throws FatalError ARTIFACT_NOT_FOUND when there is no such file, or it is another organisation's;
   *   ARTIFACT_TOO_LARGE, ARTIFACT_TYPE_REFUSED by the options.
   */
  open(id: string, options?: OpenOptions): Promise<OpenArtifact>;
  /** The whole file in memory, of `maxBytes` at most. @throws as {@link open} does. */
  read(
    id: string,
    options: { readonly maxBytes: number; readonly contentTypes?: readonly string[] },
  ): Promise<Omit<OpenArtifact, "stream"> & { readonly bytes: Uint8Array }>;
  /**
   * Streams a file into storage. A repeat of the step that writes the same name replaces it.
   *
   * @throws TypeError for a name or content type that is none; FatalError ARTIFACT_TOO_LARGE.
   */
  write(
    name: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<WrittenArtifact>;
}

/** Text that grows while a step works: shown to who watches at that moment, and kept nowhere. */
export interface StepTextStream {
  /** Appends. What is written within 250 ms travels together. */
  write(text: string): void;
}

export type Delivery = Omit<Notification, "id" | "runId" | "createdAt">;

export interface StepDeliveries {
  record(delivery: Delivery): Promise<void>;
  /** An earlier delivery of this very step, so that a repeat does not send twice. */
  find(): Promise<Notification | null>;
}

/** What a workflow keeps beside its run: rows of the product, which outlive it. */
export interface StepRecords {
  /**
   * Calls the database function `longhaul.for_step_<name>` with this step's run, in a transaction of its own and only
   * while the step is held. A repeat of the step calls it again: it must not mind.
   *
   * @param name small letters and underscores, at most 48.
   * @throws FatalError with the code and the sentence with which the function refuses.
   */
  call(name: string, args: Json): Promise<Json>;
}

export interface StepConnections {
  /**
   * An access token of a connection of the run's organisation, good for a while yet. It must not leave the handler: not to
   * a log, an error or an output.
   *
   * @param options `refused` is a token that this gave before and the third party has turned away.
   * @throws FatalError when a person has to connect again, or the step has no permission "connections"; RetryableError.
   */
  accessToken(connectionId: string, options?: { readonly refused?: string | undefined }): Promise<string>;
}

/** All that a handler may reach besides its input. */
export interface StepContext {
  readonly run: {
    readonly id: string;
    readonly organisationId: string;
    readonly name: string;
    readonly priority: Priority;
  };
  readonly startedBy: StartedBy | null;
  /** The execution of the run, from 1. */
  readonly attempt: number;
  /** The try of this step within the attempt, from 1. */
  readonly try: number;
  readonly correlationId: string;
  /** Fires when the run is cancelled, the lease is lost, or the Lambda deadline is near. */
  readonly signal: AbortSignal;
  readonly log: StepLog;
  /** `fraction` 0..1 of this step. Never goes back; at most four a second reach the run's log. */
  progress(fraction: number, message?: string): void;
  /**
   * A text that watchers of the run see grow, like a story while it is written. It is not in the log: the
   * step's output is what lasts. A repeat of the step begins anew.
   */
  stream(name: string): StepTextStream;
  readonly artifacts: StepArtifacts;
  readonly deliveries: StepDeliveries;
  readonly records: StepRecords;
  readonly connections: StepConnections;
  /** The same for each repeat of this step in this run: give it to third parties. */
  readonly idempotencyKey: string;
  /** Whether the environment has the capability SIMULATION. */
  readonly simulation: boolean;
}

export interface StepImplementation<S extends Step = Step> {
  readonly step: S;
  // A method, so that an implementation of one step passes as an implementation of any.
  run(input: z.output<S["input"]>, ctx: StepContext): Promise<z.input<S["output"]>>;
}

type Readable<T> = T extends readonly (infer Item)[]
  ? readonly Readable<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Readable<T[K]> }
    : T;

/** Binds a handler to its declaration; `steps/<name>.handler.ts` exports the result as its default. */
export function implement<S extends Step, const Result extends Readable<z.input<S["output"]>>>(
  step: S,
  // The const Result keeps the literals of a discriminated union, at the price of readonly lists.
  run: (input: z.output<S["input"]>, ctx: StepContext) => Promise<Result>,
): StepImplementation<S> {
  return { step, run: run as StepImplementation<S>["run"] };
}
