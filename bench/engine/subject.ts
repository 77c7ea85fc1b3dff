/** Where a subject finds what it stands on. */
export interface Place {
  /** A folder of its own, on a real disk. */
  directory: string;
  /** How its server is reached: a connection URL; "" when it needs none. */
  url: string;
  /** The first process of that server. */
  pid?: number | undefined;
}

/** An engine that runs executions of five trivial steps. */
export interface Subject {
  /** Runs one execution from its start to its durable end. @throws when its result is wrong */
  run(n: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * One execution with a step of three seconds, in a process that is killed inside it and started again with `resumed`.
 * Calls `began` when the step's handler starts, and resolves when the execution has ended.
 */
export type Survive = (place: Place, resumed: boolean, began: () => void) => Promise<void>;

export interface SubjectModule {
  open(place: Place): Promise<Subject>;
  survive?: Survive;
}

export const slowStepMs = 3000;

/** How many executions the subjects run at once. */
export const inFlight = 50;

export const step = async (value: { n: number }): Promise<{ n: number }> => ({ n: value.n + 1 });

export function check(n: number, result: { n: number } | null | undefined): void {
  if (result?.n !== n + 5) throw new Error(`an execution gave ${JSON.stringify(result)}, not ${n + 5}`);
}
