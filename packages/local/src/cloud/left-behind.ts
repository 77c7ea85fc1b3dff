import { setImmediate as turn } from "node:timers/promises";
import type { StepFunctions } from "@longhaul/stepfunctions";
import { type Account, functionArn } from "../lambda/names.js";
import type { Logger } from "../log.js";
import type { Manifest } from "./manifest.js";

interface Deployment extends Account {
  readonly engine: Pick<StepFunctions, "handle">;
  readonly logger: Pick<Logger, "warn">;
}

type Deployed = Pick<Manifest, "functions" | "stateMachines">;

interface Versions {
  readonly stateMachineVersions: readonly { readonly stateMachineVersionArn: string }[];
}

interface Page {
  readonly executions: readonly { readonly stateMachineVersionArn?: string }[];
  readonly nextToken?: string;
}

/** As many versions as a machine may have, and executions in a page. */
const most = 1_000;
/** Executions of a machine beyond these are not looked at. */
const mostPages = 100;

/**
 * Warns of each function that executions under way call by the version of the machine that they began with, and that what
 * is deployed has no more. It looks beside everything else, a little at a time: nobody waits for it.
 */
export class LeftBehind {
  readonly #deployment: Deployment;
  #stop = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  /** Begins to look, and ends a look at what was deployed before. */
  deployed(manifest: Deployed): void {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    this.#looking = this.#looking.then(() => this.#look(manifest, signal));
  }

  /** Resolves when a look that began has ended. */
  looked(): Promise<void> {
    return this.#looking;
  }

  /** Ends a look; nothing is said from then on. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #look({ functions, stateMachines }: Deployed, signal: AbortSignal): Promise<void> {
    const { logger, region, accountId } = this.#deployment;
    const present = new Set(functions.map(({ name }) => name));
    try {
      for (const { name } of stateMachines) {
        const machineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
        const missed = await this.#missed(machineArn, present, signal);
        const called = await this.#calledStill(machineArn, missed, signal);
        for (const one of called) {
          logger.warn(
            `Executions of ${name} that began with an earlier version call ${one}, which is not there any more: those ` +
              `that have not passed it fail there. Name its step in the machine's \`${optionOf(name)}\` (docs/deploying.md).`,
          );
        }
      }
    } catch (error) {
      // Also what the engine says of a call that comes while it is closed.
      if (signal.aborted) return;
      logger.warn("It could not be looked at what executions under way call.", { error });
    }
  }

  /** The functions that each version of a machine calls and nobody has; versions that miss none are left out. */
  async #missed(
    stateMachineArn: string,
    present: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Map<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    const asked = { stateMachineArn, maxResults: most };
    const { stateMachineVersions } = await this.#ask<Versions>("ListStateMachineVersions", asked, signal);
    for (const { stateMachineVersionArn: arn } of stateMachineVersions) {
      const described = { stateMachineArn: arn };
      const { definition } = await this.#ask<{ definition: string }>(
        "DescribeStateMachine",
        described,
        signal,
      );
      const called = functionsIn(definition, functionArn(this.#deployment, ""));
      const missing = called.filter((one) => !present.has(one));
      if (missing.length > 0) found.set(arn, missing);
    }
    return found;
  }

  /** What executions under way of these versions call; none is listed where nothing is missed. */
  async #calledStill(
    stateMachineArn: string,
    missed: ReadonlyMap<string, readonly string[]>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const unseen = new Set(missed.keys());
    const called = new Set<string>();
    for (let pages = 0, nextToken: string | undefined; unseen.size > 0 && pages < mostPages; pages += 1) {
      const request = { stateMachineArn, statusFilter: "RUNNING", maxResults: most, nextToken };
      const page: Page = await this.#ask<Page>("ListExecutions", request, signal);
      for (const { stateMachineVersionArn: arn } of page.executions) {
        if (arn !== undefined && unseen.delete(arn)) for (const one of missed.get(arn) ?? []) called.add(one);
      }
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
    return called;
  }

  /** Asks the engine once everything else has had its turn. */
  async #ask<Answer>(operation: string, request: object, signal: AbortSignal): Promise<Answer> {
    await turn();
    signal.throwIfAborted();
    const answer = await this.#deployment.engine.handle(operation, request);
    signal.throwIfAborted();
    return answer as Answer;
  }
}

/** The option that keeps what this machine calls: the manifest names a machine that undoes after the one it belongs to. */
function optionOf(stateMachine: string): string {
  return stateMachine.endsWith("-undo") ? "retiredCompensations" : "retired";
}

function functionsIn(definition: string, arnPrefix: string): string[] {
  return definition
    .split(arnPrefix)
    .slice(1)
    .map((rest) => /^[\w-]*/.exec(rest)?.[0] ?? "");
}
