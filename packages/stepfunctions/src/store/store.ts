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
  /** The number of the execution that has an ARN now. */
  numbers: { key: string; value: number };
  /** Status of each execution of a machine, by [machine's id, number]. */
  byMachine: { key: [string, number]; value: ExecutionStatus };
  /** The records that make an execution, batch by batch, by [number, batch]. */
  log: { key: [number, number]; value: unknown[] };
  /** Executions that have not ended, by number. */
  running: { key: number; value: RunningRow };
  /** Status changes that have not been told yet, in order. */
  outbox: { key: number; value: OutboxRow };
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface MachineRow {
  /** Unique for ever, unlike the name. */
  id: string;
  name: string;
  arn: string;
  createdAt: number;
  revisionId: string;
  lastVersion: number;
  tags: Record<string, string>;
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
  revisionId: string;
  traceHeader: string | null;
  input: string;
  startedAt: number;
  status: ExecutionStatus;
  stoppedAt: number | null;
  output: string | null;
  error: string | null;
  cause: string | null;
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
  get<T extends TableName>(table: T, key: Tables[T]["key"]): Tables[T]["value"] | undefined;
  range<T extends TableName>(
    table: T,
    range?: Range<Tables[T]["key"]>,
  ): Iterable<{ key: Tables[T]["key"]; value: Tables[T]["value"] }>;
  close(): Promise<void>;
}
