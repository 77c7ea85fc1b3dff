import type { Lambda } from "../lambda/service.js";
import type { Manifest } from "./manifest.js";

type Deployed = Pick<Manifest, "functions" | "rules" | "stateMachines">;

/**
 * Starts processes before somebody waits for them. Every run needs those that hear of its end: they are started with the
 * cloud. Those that the steps of a workflow share are started with the first execution of its state machine, so that they
 * are made ready while its first step works; a workflow that nobody runs has none.
 */
export class Warmer {
  readonly #lambda: Pick<Lambda, "arn" | "warm">;
  #deployed: Pick<Deployed, "functions" | "stateMachines"> = { functions: [], stateMachines: [] };
  /** ARNs of state machines whose processes were started. */
  readonly #begun = new Set<string>();

  constructor(lambda: Pick<Lambda, "arn" | "warm">) {
    this.#lambda = lambda;
  }

  /** What is deployed from now on: its processes are others. */
  deployed(manifest: Deployed): void {
    this.#deployed = manifest;
    this.#begun.clear();
    this.#lambda.warm(manifest.rules.filter((rule) => "pattern" in rule).map(({ target }) => target));
  }

  /** An execution of the state machine has started. */
  executionStarted(stateMachineArn: string): void {
    if (this.#begun.has(stateMachineArn)) return;
    this.#begun.add(stateMachineArn);
    const { functions, stateMachines } = this.#deployed;
    const machine = stateMachines.find(({ name }) => stateMachineArn.endsWith(`:stateMachine:${name}`));
    if (machine === undefined) return;
    const hosted = functions.filter(
      ({ name, host }) => host !== null && machine.definition.includes(`"${this.#lambda.arn(name)}"`),
    );
    this.#lambda.warm(hosted.map(({ name }) => name));
  }
}
