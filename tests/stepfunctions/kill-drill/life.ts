import { setTimeout as sleep } from "node:timers/promises";
import { answer, isSettled } from "./answers.js";
import type { Call } from "./client.js";
import type { Entry, Ledger, Token } from "./ledger.js";
import type { Random } from "./random.js";

const activityWorkers = 3;

/** What the drill does to one life of the engine, until `signal` aborts: it starts, answers, works and stops. */
export class Life {
  private readonly work = new Set<Promise<void>>();

  constructor(
    private readonly ledger: Ledger,
    private readonly random: Random,
    private readonly call: Call,
    private readonly signal: AbortSignal,
  ) {}

  /** Goes to work on all that is not done yet. */
  begin(machines: ReadonlyMap<string, string>, activityArn: string): void {
    for (const entry of this.ledger.entries) {
      if (entry.arn === null) this.do(() => this.start(entry, machines));
      else if (entry.kind.answered === "stop" && !entry.stopped) this.do(() => this.stop(entry));
    }
    for (const token of this.ledger.tokens.values()) if (!isSettled(token)) this.answerLater(token);
    for (let worker = 0; worker < activityWorkers; worker += 1)
      this.do(() => this.workOn(activityArn, `worker-${worker}`));
  }

  /** Answers a token after a while, and sometimes a second time, with something else. */
  answerLater(token: Token): void {
    const patience = this.random.below(600);
    const again = this.random.chance(0.3);
    this.do(async () => {
      await sleep(patience, undefined, { signal: this.signal });
      const value = (): string => `${token.entry.name} try ${token.tries.length}`;
      if (!isSettled(token)) await answer(this.ledger, token, value(), this.call);
      if (again) await answer(this.ledger, token, value(), this.call);
    });
  }

  /** Resolves when nothing of it is under way any more. */
  async settled(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work);
  }

  private do(task: () => Promise<void>): void {
    const running = task()
      .catch((error: Error) => {
        if (!this.signal.aborted) throw error;
      })
      .finally(() => this.work.delete(running));
    this.work.add(running);
  }

  private async start(entry: Entry, machines: ReadonlyMap<string, string>): Promise<void> {
    const stateMachineArn = machines.get(entry.kind.name);
    const { name, input } = entry;
    const found = await this.call("StartExecution", { stateMachineArn, name, input });
    if (found.kind === "done") this.ledger.acknowledge(entry, String(found.body.executionArn));
    else if (found.kind === "unknown") entry.startCut = true;
    // The same start again is answered as the first was while the execution runs, and with this once it has ended.
    else if (entry.startCut && found.error === "ExecutionAlreadyExists")
      this.ledger.acknowledge(entry, `${stateMachineArn?.replace(":stateMachine:", ":execution:")}:${name}`);
    else this.ledger.violations.push(`${name} was not started: ${found.error}: ${found.message}`);
    if (entry.arn !== null && entry.kind.answered === "stop") await this.stop(entry);
  }

  private async stop(entry: Entry): Promise<void> {
    const request = { executionArn: entry.arn, error: "Stopped", cause: "by the drill" };
    const found = await this.call("StopExecution", request);
    if (found.kind === "done") entry.stopped = true;
    if (found.kind === "refused")
      this.ledger.violations.push(`${entry.name} was not stopped: ${found.error}: ${found.message}`);
  }

  private async workOn(activityArn: string, workerName: string): Promise<void> {
    while (!this.signal.aborted) {
      const found = await this.call("GetActivityTask", { activityArn, workerName });
      if (found.kind !== "done") return;
      const { taskToken, input } = found.body as { taskToken?: string; input?: string };
      if (taskToken === undefined) continue;
      const { n } = JSON.parse(input ?? "{}") as { n: number };
      const entry = this.ledger.entries.find((one) => one.n === n);
      if (entry === undefined) throw new Error(`an activity task has the input ${input}`);
      this.answerLater(this.ledger.hand(taskToken, entry));
    }
  }
}
