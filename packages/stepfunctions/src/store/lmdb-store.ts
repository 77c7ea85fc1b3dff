import { chmodSync, mkdirSync, realpathSync } from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";
import { ChecksumError, decode, decodeText, encode, encodeText } from "./codec.js";
import { executionOf, executionText } from "./execution-codec.js";
import { findDamage, markFolder } from "./data-file.js";
import { DataDirectoryDamagedError, DataDirectoryFormatError, DataDirectoryInUseError } from "./errors.js";
import { livesElsewhere, type Owner, self } from "./owner.js";
import type { Range, Store, TableName, Tables, Write } from "./store.js";

const FORMAT = 3;
const MAP_BYTES = 4 * 1024 ** 3;
/** Twice LMDB's own: fewer pages to write for each commit, as measured. */
const PAGE_BYTES = 8192;
const TABLES: TableName[] = [
  "machines",
  "revisions",
  "versions",
  "aliases",
  "executions",
  "numbers",
  "byMachine",
  "activities",
  "mapRuns",
  "mapRunsOf",
  "mapItems",
  "mapChildren",
  "log",
  "running",
  "outbox",
];

type Key = string | number | (string | number)[];
type Binary = Database<Buffer, Key>;

/** Folders that this process has open. */
const opened = new Set<string>();

/**
 * Opens the store in a folder, which is made if it is missing.
 * @throws DataDirectoryInUseError while another store is open on it, here or in another process
 * @throws DataDirectoryDamagedError when what is there cannot be read
 * @throws DataDirectoryFormatError when another version wrote it
 */
export async function openLmdbStore(directory: string): Promise<Store> {
  mkdirSync(directory, { recursive: true });
  // Inputs and outputs of executions are for nobody else on this machine.
  chmodSync(directory, 0o700);
  const folder = realpathSync(directory);
  if (opened.has(folder)) throw new DataDirectoryInUseError(folder, process.pid);
  opened.add(folder);
  try {
    return openFolder(folder);
  } catch (error) {
    opened.delete(folder);
    throw error;
  }
}

function openFolder(folder: string): Store {
  const damage = findDamage(folder, ["meta", ...TABLES]);
  if (damage !== null) throw new DataDirectoryDamagedError(folder, damage);
  const root = guarded(folder, () => openRoot(folder));
  try {
    const meta = guarded(folder, () => root.openDB<Buffer, Key>({ name: "meta", encoding: "binary" }));
    claim(folder, root, meta);
    const tables = guarded(folder, () => openTables(root));
    markFolder(folder);
    return new LmdbStore(folder, root, meta, tables);
  } catch (error) {
    void root.close();
    throw error;
  }
}

/**
 * overlappingSync is off, so that a commit becomes visible, and its promise resolves, only once it is on disk: neither an
 * answer nor a reader can show what a power cut would take back. Measured here it costs nothing: writes that wait for
 * each other's fsync go into one commit.
 */
function openRoot(folder: string): RootDatabase<Buffer, Key> {
  return open<Buffer, Key>({
    path: folder,
    encoding: "binary",
    overlappingSync: false,
    // Address space, not memory: a map that need not grow under way.
    mapSize: MAP_BYTES,
    pageSize: PAGE_BYTES,
    maxDbs: TABLES.length + 1,
  });
}

function openTables(root: RootDatabase<Buffer, Key>): Record<TableName, Binary> {
  const entries = TABLES.map((name) => [name, root.openDB<Buffer, Key>({ name, encoding: "binary" })]);
  return Object.fromEntries(entries) as Record<TableName, Binary>;
}

/** Takes the folder for this process. The write transaction makes look and claim one act among processes. */
function claim(folder: string, root: RootDatabase<Buffer, Key>, meta: Binary): void {
  const owner = root.transactionSync((): Owner | null => {
    const format = read(folder, meta, "format");
    if (format !== undefined && format !== FORMAT) throw new DataDirectoryFormatError(folder, format, FORMAT);
    const present = read(folder, meta, "owner") as Owner | undefined;
    if (present !== undefined && livesElsewhere(present)) return present;
    meta.putSync("format", encode(FORMAT));
    meta.putSync("owner", encode(self()));
    return null;
  });
  if (owner !== null) throw new DataDirectoryInUseError(folder, owner.pid);
}

function read(folder: string, db: Binary, key: Key): unknown {
  return guarded(folder, () => {
    const bytes = db.get(key);
    return bytes === undefined ? undefined : decode(bytes);
  });
}

/** What the log holds is JSON text already; executions have a text of their own. */
function bytesOf(write: Exclude<Write, { remove: true }>): Buffer {
  if (write.table === "log") return encodeText(write.value);
  return write.table === "executions" ? encodeText(executionText(write.value)) : encode(write.value);
}

function valueOf(table: TableName, bytes: Buffer): unknown {
  if (table === "log") return decodeText(bytes);
  return table === "executions" ? executionOf(decodeText(bytes)) : decode(bytes);
}

function guarded<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DataDirectoryDamagedError || error instanceof DataDirectoryInUseError) throw error;
    const known =
      error instanceof ChecksumError || /MDB_|LMDB|database/i.test(String((error as Error).message));
    if (!known) throw error;
    throw new DataDirectoryDamagedError(folder, (error as Error).message);
  }
}

/** lmdb rejects with an error that has the reason in a promise of its own. */
async function reject(error: unknown): Promise<never> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  throw await Promise.resolve(commitError).then(
    () => error,
    (reason: unknown) => reason,
  );
}

class LmdbStore implements Store {
  /** The commit that is being gathered, and what its writers are given. */
  private committed: Promise<boolean> | undefined;
  private written = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly root: RootDatabase<Buffer, Key>,
    private readonly meta: Binary,
    private readonly tables: Record<TableName, Binary>,
  ) {}

  /** lmdb makes one transaction, with one promise, of all that is put in one turn of the event loop (eventTurnBatching). */
  write(writes: Write[]): Promise<void> {
    try {
      let committed: Promise<boolean> | undefined;
      for (const write of writes) {
        const table = this.tables[write.table];
        committed = "remove" in write ? table.remove(write.key) : table.put(write.key, bytesOf(write));
      }
      if (committed !== undefined && committed !== this.committed) {
        this.committed = committed;
        // lmdb goes on with the snapshot of its last read for a while: the next read is to see what is on disk now.
        this.written = committed.then(() => this.root.resetReadTxn(), reject);
      }
      return this.written;
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async flushed(): Promise<void> {
    await this.root.flushed;
  }

  get<T extends TableName>(table: T, key: Tables[T]["key"]): Tables[T]["value"] | undefined {
    const bytes = guarded(this.folder, () => this.tables[table].get(key));
    if (bytes === undefined) return undefined;
    return guarded(this.folder, () => valueOf(table, bytes)) as Tables[T]["value"];
  }

  *range<T extends TableName>(
    table: T,
    range: Range<Tables[T]["key"]> = {},
  ): Generator<{ key: Tables[T]["key"]; value: Tables[T]["value"] }> {
    for (const { key, value } of this.tables[table].getRange(range)) {
      yield {
        key: key as Tables[T]["key"],
        value: guarded(this.folder, () => valueOf(table, value)) as Tables[T]["value"],
      };
    }
  }

  async close(): Promise<void> {
    await this.meta.remove("owner");
    await this.root.close();
    opened.delete(this.folder);
  }
}
