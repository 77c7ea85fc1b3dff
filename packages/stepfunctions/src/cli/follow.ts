import { type ExecutionEvent, eventFromLog } from "../observe/event.js";
import { readHistory } from "../observe/read-history.js";
import type { StepFunctions } from "../open.js";
import type { LogEntry, StatusChangeEvent } from "../ports.js";

/** Shows the events of one execution as they are logged. */
export class Follower {
  private shown = 0;
  private isFollowed: ((executionArn: string) => boolean) | undefined;
  private early: LogEntry[] = [];
  private readonly over = new Set<string>();
  private wake = (): void => {};

  constructor(private readonly show: (event: ExecutionEvent) => void) {}

  /** For the engine's onLog. */
  readonly onLog = (entry: LogEntry): void => {
    // The execution may be at work before its start has been answered.
    if (this.isFollowed === undefined) this.early.push(entry);
    else if (this.isFollowed(entry.executionArn)) this.next(eventFromLog(entry.event));
  };

  /** For the engine's onStatusChange. */
  readonly onStatusChange = async ({ executionArn, status }: StatusChangeEvent): Promise<void> => {
    if (status === "RUNNING") return;
    this.over.add(executionArn);
    this.wake();
  };

  /** Shows the execution whose ARN this is, from its first event. */
  follow(isFollowed: (executionArn: string) => boolean): void {
    this.isFollowed = isFollowed;
    for (const entry of this.early.splice(0)) this.onLog(entry);
  }

  hasEnded(executionArn: string): boolean {
    return this.over.has(executionArn);
  }

  async end(executionArn: string): Promise<void> {
    while (!this.over.has(executionArn)) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** Shows what has not been logged. */
  async catchUp(engine: StepFunctions, executionArn: string): Promise<void> {
    for (const event of await readHistory(engine.handle, executionArn)) this.next(event);
  }

  private next(event: ExecutionEvent): void {
    if (event.id <= this.shown) return;
    this.shown = event.id;
    this.show(event);
  }
}
