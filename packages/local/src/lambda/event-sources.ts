import { createHash, randomUUID } from "node:crypto";
import type { EventSourceSpec } from "@longhaul/functions/manifest";
import { AwsError } from "@longhaul/stepfunctions";
import type { Records } from "../store/record-store.js";
import { type Mapping, type MappingSettings, refused, settingsOf, settingsOfSpec } from "./mapping.js";
import { Poller, type PollerOptions } from "./poller.js";

export interface EventSourcesOptions extends PollerOptions {
  readonly records: Records<Mapping>;
}

/** The event source mappings: those of the manifest, and those that clients make, which are kept. */
export class EventSources {
  readonly #options: EventSourcesOptions;
  readonly #deployed = new Map<string, Mapping>();
  readonly #pollers = new Map<string, Poller>();
  #started = false;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
  }

  list(): Mapping[] {
    return [...this.#deployed.values(), ...this.#options.records.values()];
  }

  /** @throws AwsError ResourceNotFoundException */
  get(uuid: string): Mapping {
    const mapping = this.#deployed.get(uuid) ?? this.#options.records.get(uuid);
    if (mapping !== undefined) return mapping;
    throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);
  }

  /** @throws AwsError as {@link settingsOf}, and where queue and function are not there or do not fit each other */
  async create(queueArn: string, functionName: string, input: Record<string, unknown>): Promise<Mapping> {
    const settings = settingsOf(input);
    const { name, timeoutSeconds } = this.#options.lambda.find(functionName);
    this.#checkQueue(queueArn, timeoutSeconds);
    const present = this.list().find((one) => one.queueArn === queueArn && one.functionName === name);
    if (present !== undefined) {
      const about = `The event source arn (" ${queueArn} ") and function (" ${name} ") provided mapping already exists.`;
      throw new AwsError(
        "ResourceConflictException",
        `${about} Please update or delete the existing mapping with UUID ${present.uuid}`,
        409,
      );
    }
    return this.#keep({ ...settings, uuid: randomUUID(), queueArn, functionName: name, modified: seconds() });
  }

  async update(mapping: Mapping, input: Record<string, unknown>): Promise<Mapping> {
    return this.#keep({ ...mapping, ...settingsOf(input, mapping), modified: seconds() });
  }

  async remove({ uuid }: Mapping): Promise<void> {
    this.#deployed.delete(uuid);
    await this.#options.records.remove(uuid);
    await this.#stop(uuid);
  }

  functionArn({ functionName }: Mapping): string {
    return this.#options.lambda.arn(functionName);
  }

  /** Makes the mappings what the manifest says; those of clients stay. */
  async deploy(specs: readonly EventSourceSpec[]): Promise<void> {
    const { queues } = this.#options;
    for (const uuid of [...this.#deployed.keys()]) {
      this.#deployed.delete(uuid);
      await this.#stop(uuid);
    }
    for (const spec of specs) {
      const queueArn = queues.arnOf(spec.queue);
      this.#checkQueue(queueArn, this.#options.lambda.find(spec.target).timeoutSeconds);
      const settings: MappingSettings = settingsOfSpec(spec);
      const uuid = uuidOf(`${queueArn} ${spec.target}`);
      this.#deployed.set(uuid, {
        ...settings,
        uuid,
        queueArn,
        functionName: spec.target,
        modified: seconds(),
      });
      this.#poll(this.get(uuid));
    }
  }

  /** Hands messages over from now on. */
  start(): void {
    this.#started = true;
    for (const mapping of this.list()) this.#poll(mapping);
  }

  /** Receives nothing more; `ended` resolves when what runs has ended. */
  close(): { readonly ended: Promise<void> } {
    this.#started = false;
    const ended = Promise.all([...this.#pollers.keys()].map((uuid) => this.#stop(uuid)));
    return { ended: ended.then(() => undefined) };
  }

  async #keep(mapping: Mapping): Promise<Mapping> {
    if (this.#deployed.has(mapping.uuid)) this.#deployed.set(mapping.uuid, mapping);
    else await this.#options.records.put(mapping.uuid, mapping);
    void this.#stop(mapping.uuid);
    this.#poll(mapping);
    return mapping;
  }

  #poll(mapping: Mapping): void {
    if (!this.#started || !mapping.enabled || this.#pollers.has(mapping.uuid)) return;
    this.#pollers.set(mapping.uuid, new Poller(mapping, this.#options));
  }

  async #stop(uuid: string): Promise<void> {
    const poller = this.#pollers.get(uuid);
    this.#pollers.delete(uuid);
    await poller?.stop();
  }

  #checkQueue(queueArn: string, timeoutSeconds: number): void {
    const queue = this.#options.queues.findByArn(queueArn);
    if (queue === undefined)
      throw refused(
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. " +
          "SQS Error Message: The specified queue does not exist.",
      );
    const { visibilitySeconds } = queue.settings;
    if (visibilitySeconds < timeoutSeconds)
      throw refused(
        `Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
      );
  }
}

/** The same for the same mapping, so that what a client remembers stays true after a restart. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
