/** Tables of the store, with the type of their keys and values. */
export interface Tables {
  /** State machines by name. */
  machines: { key: string; value: MachineRow };
  /** Definitions by revision id: executions keep the one they started with. */
  revisions: { key: string; value: RevisionRow };
  /** Published versions by [machine's id, number]. */
  versions: { key: [string, number]; value: VersionRow };
  /** Executions by number, which grows with each start. */
  executions: { key: number; value: ExecutionRow };
  /** Aliases by [machine's id, name]. */
  aliases: { key: [string, string]; value: AliasRow };
  /** The number of the execution that has an ARN now. */
  numbers: { key: string; value: number };
  /** The executions of a machine, by [machine's id, number]. */
  byMachine: { key: [string, number]; value: 1 };
  /** Activities by ARN. */
  activities: { key: string; value: ActivityRow };
  /** Map runs by ARN. */
  mapRuns: { key: string; value: MapRunRow };
  /** The ARNs of an execution's map runs, by [execution's number, map run's number]. */
  mapRunsOf: { key: [number, number]; value: string };
  /** Texts of the items of a map run, in pieces, by [map run's number, piece]. */
  mapItems: { key: [number, number]; value: string[] };
  /** The executions of a map run's items, by [map run's number, index]. */
  mapChildren: { key: [number, number]; value: number };
  /** The records that make an execution, as texts of core/pack.ts, turn by turn, by [number, turn]. */
  log: { key: [number, number]; value: string };
  /** Executions that have not ended, by number. */
  running: { key: number; value: RunningRow };
  /** Status changes that have not been told yet, in order. */
  outbox: { key: number; value: OutboxRow };
}

export type MachineType = "STANDARD" | "EXPRESS";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface MachineRow {
  /** Unique for ever, unlike the name. */
  id: string;
  name: string;
  arn: string;
  createdAt: number;
  revisionId: string;
  type: MachineType;
  lastVersion: number;
  tags: Record<string, string>;
}

export interface AliasRow {
  name: string;
  description: string;
  routes: { versionArn: string; weight: number }[];
  createdAt: number;
  updatedAt: number;
}

export interface ActivityRow {
  name: string;
  arn: string;
  createdAt: number;
  tags: Record<string, string>;
}

export interface MapRunRow {
  number: number;
  arn: string;
  /** The execution whose Map it is, with the branch and the event that name it there. */
  execution: number;
  executionArn: string;
  branch: number;
  run: number;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";
  startedAt: number;
  stoppedAt: number | null;
  maxConcurrency: number;
  toleratedCount: number;
  toleratedPercentage: number;
  /** How many items there are; null until they have been read. */
  items: number | null;
  /** Executions that there are to be: as many as items, or batches of them. */
  children: number | null;
  error: string | null;
  cause: string | null;
  redriveCount: number;
  redrivenAt?: number;
  /** How often the execution had been redriven when the map run was started or redriven. */
  parentRedrives: number;
  /** Whether a ResultWriter has written the results. */
  written?: boolean;
  /** What UpdateMapRun has set. */
  changed?: { maxConcurrency?: number; toleratedCount?: number; toleratedPercentage?: number };
}

export interface RevisionRow {
  id: string;
  machineName: string;
  machineArn: string;
  definition: string;
  roleArn: string;
  loggingConfiguration: unknown;
  tracingConfiguration: unknown;
  updatedAt: number;
}

export interface VersionRow {
  number: number;
  revisionId: string;
  description: string;
  createdAt: number;
}

export interface ExecutionRow {
  number: number;
  arn: string;
  name: string;
  machineId: string;
  machineArn: string;
  versionArn: string | null;
  aliasArn: string | null;
  type: MachineType;
  /** Started by StartSyncExecution. */
  sync?: true;
  revisionId: string;
  /** Which part of the machine it runs: 0 is the machine itself. */
  region: number;
  roleArn: string;
  machineName: string;
  /** What followed `#` in the ARN that it was started with. */
  testCase: string | null;
  /** For an item of a map run. */
  mapRun: { number: number; arn: string; index: number; items: number } | null;
  /** The task that started it, as `number:event`. */
  startedBy: string | null;
  traceHeader: string | null;
  input: string;
  startedAt: number;
  status: ExecutionStatus;
  stoppedAt: number | null;
  output: string | null;
  error: string | null;
  cause: string | null;
  redriveCount: number;
  redrivenAt: number | null;
  /** The latest redrives that came with a client token. */
  redriveTokens?: { token: string; at: number }[];
}

/** What a restart must know without reading the log. */
export interface RunningRow {
  /** When it goes on by itself, in ms since 1970. */
  wake: number | null;
  /** Whether it has tasks out or steps to take, so that it must be read at once. */
  busy: boolean;
}

export interface OutboxRow {
  execution: number;
  status: ExecutionStatus;
  /** How the execution had ended then, where a redrive has taken that out of its row. */
  end?: Pick<ExecutionRow, "stoppedAt" | "error" | "cause">;
}

export type TableName = keyof Tables;

export type Write = {
  [T in TableName]:
    | { table: T; key: Tables[T]["key"]; value: Tables[T]["value"] }
    | { table: T; key: Tables[T]["key"]; remove: true };
}[TableName];

export interface Range<K> {
  /** First key, inclusive. */
  start?: K;
  /** Last key, exclusive. */
  end?: K;
  reverse?: boolean;
}

/** Where everything is kept. Reads see only what is on disk. */
export interface Store {
  /** Writes all or nothing. Resolves once it is on disk (fsync), not before: answers await it. */
  write(writes: Write[]): Promise<void>;
  /** Resolves when everything that was given to write is on disk. */
  flushed(): Promise<void>;
  get<T extends TableName>(table: T, key: Tables[T]["key"]): Tables[T]["value"] | undefined;
  range<T extends TableName>(
    table: T,
    range?: Range<Tables[T]["key"]>,
  ): Iterable<{ key: Tables[T]["key"]; value: Tables[T]["value"] }>;
  close(): Promise<void>;
}
