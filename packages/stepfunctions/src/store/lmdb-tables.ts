import { type Database, open, type RootDatabase } from "lmdb";
import { ChecksumError, decode, decodeText, encode } from "./codec.js";
import { assertRoom } from "./disk.js";
import { DataDirectoryDamagedError, DataDirectoryFormatError, DataDirectoryInUseError } from "./errors.js";
import { keySeed } from "./key-seed.js";
import { compareKeys, type Key } from "./keys.js";
import { livesElsewhere, type Owner, self } from "./owner.js";
import type { Row, SealedRow } from "./memtable.js";
import type { Span } from "./sorted-map.js";
import type { TableName } from "./store.js";
import { TABLES } from "./tables.js";

const FORMAT = 5;
const MAP_BYTES = 4 * 1024 ** 3;
/** Twice LMDB's own: fewer pages to write for each commit, as measured. */
const PAGE_BYTES = 8192;

/** As many leaves as a transaction writes to, about, however many rows it has. */
const MOST_PAGES = 256;

type Binary = Database<Buffer, Key>;

/** The tables where they stay. What is not here yet is in the journal, and in memory. */
export class LmdbTables {
  private readonly root: RootDatabase<Buffer, Key>;
  private readonly meta: Binary;
  private readonly tables: Record<TableName, Binary>;

  /**
   * Opens them, and takes the folder for this process.
   * @throws DataDirectoryInUseError, DataDirectoryDamagedError, DataDirectoryFormatError
   */
  constructor(private readonly folder: string) {
    this.root = this.guarded(() => openRoot(folder));
    try {
      this.meta = this.openTable("meta");
      this.claim();
      const entries = TABLES.map((name) => [name, this.openTable(name)]);
      this.tables = Object.fromEntries(entries) as Record<TableName, Binary>;
    } catch (error) {
      void this.root.close();
      throw error;
    }
  }

  /** A value that belongs to no table. */
  property(name: string): unknown {
    return this.guarded(() => {
      const bytes = this.meta.get(name);
      return bytes === undefined ? undefined : decode(bytes);
    });
  }

  get(table: TableName, key: Key): string | undefined {
    return this.guarded(() => {
      const bytes = this.tables[table].get(key);
      return bytes === undefined ? undefined : decodeText(bytes, keySeed(table, key));
    });
  }

  has(table: TableName, key: Key): boolean {
    return this.guarded(() => this.tables[table].doesExist(key));
  }

  /** Some rows of a table in order, up to so many. */
  rows(
    table: TableName,
    { start, after = false, end, reverse = false }: Span<Key>,
    limit: number,
  ): Row<string>[] {
    const range = {
      reverse,
      limit: after ? limit + 1 : limit,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    };
    return this.guarded(() => {
      const rows: Row<string>[] = [];
      for (const { key, value } of this.tables[table].getRange(range)) {
        if (after && start !== undefined && compareKeys(key, start) === 0) continue;
        if (rows.length < limit) rows.push({ key, text: decodeText(value, keySeed(table, key)) });
      }
      return rows;
    });
  }

  /** Writes rows and a property as one transaction. Resolves once it is on disk and is what readers see. */
  async write(rows: SealedRow[], property?: { name: string; value: unknown }): Promise<void> {
    // lmdb tells the terminal when a disk becomes full under it: better not to begin. A row may need a page or two.
    assertRoom(this.folder, Math.min(rows.length, MOST_PAGES) * 2 * PAGE_BYTES);
    const committed = this.root.batch(() => {
      for (const { table, key, bytes } of rows)
        if (bytes === null) void this.tables[table].remove(key);
        else void this.tables[table].put(key, bytes);
      if (property !== undefined) void this.meta.put(property.name, encode(property.value));
    });
    await committed.catch(reject);
    // lmdb goes on with the snapshot of its last read for a while.
    this.root.resetReadTxn();
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    try {
      await this.meta.remove("owner").catch(reject);
    } finally {
      await this.root.close();
    }
  }

  private openTable(name: string): Binary {
    return this.guarded(() => this.root.openDB<Buffer, Key>({ name, encoding: "binary" }));
  }

  /** Takes the folder for this process. The write transaction makes look and claim one act among processes. */
  private claim(): void {
    const owner = this.root.transactionSync((): Owner | null => {
      const format = this.property("format");
      if (format !== undefined && format !== FORMAT)
        throw new DataDirectoryFormatError(this.folder, format, FORMAT);
      const present = this.property("owner") as Owner | undefined;
      if (present !== undefined && livesElsewhere(present)) return present;
      this.meta.putSync("format", encode(FORMAT));
      this.meta.putSync("owner", encode(self()));
      return null;
    });
    if (owner !== null) throw new DataDirectoryInUseError(this.folder, owner.pid);
  }

  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof ChecksumError) throw new DataDirectoryDamagedError(this.folder, message);
      if (error instanceof DataDirectoryDamagedError || !/MDB_|LMDB|database/i.test(message)) throw error;
      throw new DataDirectoryDamagedError(this.folder, "its data file cannot be read");
    }
  }
}

/**
 * overlappingSync is off, so that a transaction's promise resolves only once it is on disk. eventTurnBatching is off since
 * each transaction is a batch: on, lmdb makes promises of its own whose rejection nobody could hear.
 */
function openRoot(folder: string): RootDatabase<Buffer, Key> {
  return open<Buffer, Key>({
    path: folder,
    encoding: "binary",
    overlappingSync: false,
    eventTurnBatching: false,
    // Address space, not memory: a map that need not grow under way.
    mapSize: MAP_BYTES,
    pageSize: PAGE_BYTES,
    maxDbs: TABLES.length + 1,
  });
}

/** lmdb rejects with an error that has the reason in a promise of its own. */
async function reject(error: unknown): Promise<never> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  throw await Promise.resolve(commitError).then(
    () => error,
    (reason: unknown) => reason,
  );
}
