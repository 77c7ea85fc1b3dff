import { z } from "zod";
import type { InvokeResult } from "../lambda/service.js";
import type { Logger } from "../log.js";
import { invalidRequest } from "./errors.js";
import { newVersionId, parse, secretId, token } from "./input.js";
import type { Rotation, Secret } from "./records.js";
import { intervalOf, rulesSchema } from "./rotation-rules.js";
import { nextRotation } from "./secret-operations.js";
import type { Secrets } from "./secrets.js";
import type { Operation } from "./value-operations.js";
import { addVersion, current, moveStage, pending, stagesOf } from "./versions.js";

const rotateSchema = z.object({
  SecretId: secretId,
  ClientRequestToken: token,
  RotationLambdaARN: z.string().min(1).max(2048).optional(),
  RotationRules: rulesSchema.optional(),
  RotateImmediately: z.boolean().default(true),
});
const cancelSchema = z.object({ SecretId: secretId });

/** In this order. Source: "Lambda rotation functions". */
const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

/** What rotations need of the local Lambda. */
export interface RotationFunctions {
  /** @throws AwsError where there is none */
  find(name: string): { readonly name: string };
  arn(name: string): string;
  invoke(call: {
    readonly functionName: string;
    readonly payload: string;
  }): Promise<Pick<InvokeResult, "payload" | "functionError">>;
}

export interface RotationOptions {
  readonly functions: RotationFunctions;
  readonly logger: Logger;
  /** Waits before the second and the third try of a step, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
}

/** Rotates secrets by their functions, one rotation of a secret at a time. */
export class Rotations {
  readonly #secrets: Secrets;
  readonly #options: RotationOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(secrets: Secrets, options: RotationOptions) {
    this.#secrets = secrets;
    this.#options = options;
  }

  operations(): Record<string, Operation> {
    return {
      RotateSecret: (input) => this.#rotate(parse(rotateSchema, input)),
      CancelRotateSecret: async (input) => {
        const secret = this.#secrets.live(parse(cancelSchema, input).SecretId);
        if (secret.rotation !== null)
          await this.#secrets.put({ ...secret, rotation: { ...secret.rotation, enabled: false } });
        const id = secret.rotation?.pending;
        return { ARN: secret.arn, Name: secret.name, ...(id && { VersionId: id }) };
      },
    };
  }

  /** Goes on with what a stop has interrupted, and begins what is due. */
  tick(): void {
    for (const secret of this.#secrets.list()) {
      if (secret.deletion !== null) continue;
      const due = nextRotation(secret);
      if (secret.rotation?.pending) this.#work(secret.name);
      else if (due !== null && due <= this.#secrets.now())
        this.#begin(secret, newVersionId(undefined)).catch(this.#failed);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay.values());
  }

  async #rotate(given: z.output<typeof rotateSchema>): Promise<object> {
    const secret = this.#secrets.live(given.SecretId);
    const { functions } = this.#options;
    const wanted = given.RotationLambdaARN ?? secret.rotation?.functionArn;
    if (wanted === undefined)
      throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
    const functionArn = functions.arn(functions.find(wanted).name);
    const rules = given.RotationRules ?? secret.rotation?.rules ?? {};
    const everyMs = intervalOf(parse(rulesSchema, rules));
    if (!secret.versions.some(({ stages }) => stages.includes(current)))
      throw invalidRequest("You can't rotate a secret that has no value.");
    const kept = { pending: null, rotatedAt: null, ...secret.rotation };
    const rotation: Rotation = { ...kept, enabled: true, functionArn, everyMs, rules };
    const configured = { ...secret, rotation };
    await this.#secrets.put(configured);
    if (unfinished(configured) !== null) {
      this.#work(secret.name);
      throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
    }
    const id = newVersionId(given.ClientRequestToken);
    if (given.RotateImmediately) await this.#begin(configured, id);
    return { ARN: secret.arn, Name: secret.name, ...(given.RotateImmediately && { VersionId: id }) };
  }

  /** The version is there, without a value, before its function is called. */
  async #begin(secret: Secret, id: string): Promise<void> {
    if (secret.rotation === null) return;
    const added = { id, value: null, createdAt: this.#secrets.now(), accessedAt: null };
    const versions = secret.versions.some((version) => version.id === id)
      ? moveStage(secret.versions, pending, id)
      : addVersion(secret.versions, added, [pending]);
    await this.#secrets.put({ ...secret, versions, rotation: { ...secret.rotation, pending: id } });
    this.#work(secret.name);
  }

  #work(name: string): void {
    if (this.#underWay.has(name) || this.#closing.signal.aborted) return;
    const work = this.#runSteps(name)
      .catch(this.#failed)
      .finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, work);
  }

  readonly #failed = (error: unknown) => {
    if (!this.#closing.signal.aborted)
      this.#options.logger.error("A secret could not be rotated; the next rotation tries again.", { error });
  };

  async #runSteps(name: string): Promise<void> {
    const secret = this.#secrets.byName(name);
    const id = secret?.rotation?.pending;
    if (secret?.rotation == null || id == null) return;
    for (const Step of steps) {
      const payload = JSON.stringify({ Step, SecretId: secret.arn, ClientRequestToken: id });
      await this.#invoke(secret.rotation.functionArn, payload, `${Step} of the rotation of ${name}`);
    }
    const after = this.#secrets.byName(name);
    if (after?.rotation == null) return;
    if (!stagesOf(after.versions, id).includes(current))
      throw new Error(`The rotation function of ${name} did not make the new version ${current}.`);
    const versions = moveStage(after.versions, pending, null);
    const rotation = { ...after.rotation, pending: null, rotatedAt: this.#secrets.now() };
    await this.#secrets.put({ ...after, versions, rotation });
  }

  async #invoke(functionName: string, payload: string, what: string): Promise<void> {
    for (let tried = 0; ; tried += 1) {
      const { payload: answer, functionError } = await this.#options.functions.invoke({
        functionName,
        payload,
      });
      if (functionError === undefined) return;
      const delay = this.#options.retryDelaysMs[tried];
      if (delay === undefined) throw new Error(`${what} failed: ${answer.slice(0, 2000)}`);
      await pause(delay, this.#closing.signal);
    }
  }
}

/** The version of a rotation that has not come to its end; null where the last one has. */
function unfinished({ rotation, versions }: Secret): string | null {
  const id = versions.find(({ stages }) => stages.includes(pending) && !stages.includes(current))?.id;
  return rotation?.pending ?? id ?? null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Error("The local cloud is stopping."));
    };
    if (signal.aborted) return stop();
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
