import { checkpoint } from "./checkpoint.js";
import { writeError } from "./disk.js";
import { DataDirectoryDamagedError, type DataDirectoryWriteError } from "./errors.js";
import type { Placed } from "./changes.js";
import { Journal, type Limits, type Mark } from "./journal.js";
import { firstOf, type Key } from "./keys.js";
import type { LmdbTables } from "./lmdb-tables.js";
import { Memtable } from "./memtable.js";
import { readRange } from "./read-range.js";
import type { SegmentFile, Segments } from "./segments.js";
import type { Range, Store, TableName, Tables, Write } from "./store.js";
import { TABLES, textOf, valueOf } from "./tables.js";

/** What is in memory is moved when nothing has been written for so long. */
const IDLE_MS = 500;
/** Machines that are kept as values. */
const MOST_MACHINES = 1_000;

interface Parts {
  folder: string;
  tables: LmdbTables;
  segments: Segments;
  limits: Limits;
  mark: Mark;
  /** The segment that the mark names. */
  file: SegmentFile;
  /** Told when nothing can be written any more. */
  failed: (error: DataDirectoryWriteError) => void;
  /** Gives the folder back to others of this process. */
  closed: () => void;
}

/**
 * The store: what is written goes into a journal, which is quick to sync, and into memory once it is there; from time to
 * time it is moved on into LMDB, where it stays. What is read is what LMDB has, with what is in memory laid over it.
 */
export class DurableStore implements Store {
  private readonly journal: Journal;
  /** What has been written since the last segment ended. */
  private recent: Memtable;
  /** What was written before that and is on its way into LMDB. */
  private moving: Memtable | null = null;
  private move: Promise<void> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;
  /** Machines as values: each start asks for one, and they change seldom. */
  private readonly machines = new Map<Key, Tables["machines"]["value"]>();
  /** The highest number with which a key of a table begins that LMDB has, had, or is about to have. */
  private readonly highest: Record<TableName, number>;

  constructor(private readonly parts: Parts) {
    this.recent = this.memtable();
    this.highest = highestOf(parts.tables);
    this.journal = new Journal(
      parts.segments,
      {
        durable: (chunk, changes) => this.durable(chunk, changes),
        mayTurn: () => this.moving === null,
        turned: (mark) => this.turned(mark),
        full: () => this.moving !== null && this.recent.bytes > 4 * parts.limits.memory,
        failure: (error) => {
          const reason = writeError(parts.folder, error);
          parts.failed(reason);
          return reason;
        },
      },
      { ...parts.mark },
      parts.file,
      parts.limits,
    );
  }

  write(writes: Write[]): Promise<void> {
    try {
      return this.journal.append((changes) => {
        for (const write of writes)
          if ("remove" in write) changes.remove(write.table, write.key);
          else changes.put(write.table, write.key, textOf(write));
      });
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  flushed(): Promise<void> {
    return this.journal.flushed();
  }

  get<T extends TableName>(table: T, key: Tables[T]["key"]): Tables[T]["value"] | undefined {
    if (table !== "machines") return this.read(table, key);
    const known = this.machines.get(key);
    if (known !== undefined) return known;
    const machine = this.read("machines", key as string);
    if (machine !== undefined) remember(this.machines, key, machine);
    return machine;
  }

  private read<T extends TableName>(table: T, key: Tables[T]["key"]): Tables[T]["value"] | undefined {
    let text = this.recent.get(table, key);
    if (text === undefined) text = this.moving?.get(table, key);
    if (text === undefined) text = this.parts.tables.get(table, key);
    return text === undefined || text === null ? undefined : this.value(table, text);
  }

  *range<T extends TableName>(
    table: T,
    range: Range<Tables[T]["key"]> = {},
  ): Generator<{ key: Tables[T]["key"]; value: Tables[T]["value"] }> {
    for (const { key, text } of readRange(() => this.layers(), this.parts.tables, table, range))
      yield { key: key as Tables[T]["key"], value: this.value(table, text) };
  }

  /** Moves everything on, and gives the folder back. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    try {
      // A disk that fails has been told of to those who wrote.
      await this.moveAll().catch(() => {});
      await this.journal.close();
      await this.parts.tables.close();
    } finally {
      this.parts.closed();
    }
  }

  private async moveAll(): Promise<void> {
    await this.journal.flushed();
    await this.move;
    if (this.recent.bytes === 0) return;
    await this.journal.turn();
    await this.move;
  }

  private value<T extends TableName>(table: T, text: string): Tables[T]["value"] {
    try {
      return valueOf(table, text) as Tables[T]["value"];
    } catch {
      throw new DataDirectoryDamagedError(this.parts.folder, "a value cannot be read");
    }
  }

  private layers(): Memtable[] {
    return this.moving === null ? [this.recent] : [this.recent, this.moving];
  }

  private memtable(): Memtable {
    return new Memtable((table, key) => this.held(table, key));
  }

  /** Whether LMDB has a row, or may have it when what is being moved has arrived. Most keys are numbers that grow. */
  private held(table: TableName, key: Key): boolean {
    const first = firstOf(key);
    if (typeof first === "number") return first <= this.highest[table];
    return this.moving?.knows(table, key) === true || this.parts.tables.has(table, key);
  }

  private durable(chunk: Buffer, changes: Placed[]): void {
    for (const { table, key } of changes) if (table === "machines") this.machines.delete(key);
    this.recent.apply(chunk, changes);
    if (this.recent.bytes > this.parts.limits.memory && this.moving === null) this.turn();
    if (this.idle === undefined) this.idle = setTimeout(() => this.turn(), IDLE_MS).unref();
    else this.idle.refresh();
  }

  /** A journal that cannot go on has told its writers. */
  private turn(): void {
    if (this.recent.bytes > 0) this.journal.turn().catch(() => {});
  }

  private turned(mark: Mark): void {
    const moving = this.recent;
    for (const table of TABLES) this.highest[table] = Math.max(this.highest[table], moving.highest(table));
    this.moving = moving;
    this.recent = this.memtable();
    this.move = this.moved(moving, mark);
  }

  private async moved(moving: Memtable, mark: Mark): Promise<void> {
    const { tables, segments } = this.parts;
    try {
      await checkpoint(moving, tables, mark);
    } catch (error) {
      // It stays in memory, so that what is read is right as long as this process lives.
      this.journal.fail(error as Error);
      return;
    }
    this.moving = null;
    this.journal.resume();
    // One that stays is removed at the next opening.
    await segments.remove(mark.segment - 1).catch(() => {});
  }
}

/** Keeps a value, and not too many. */
function remember<K, V>(values: Map<K, V>, key: K, value: V): void {
  if (values.size >= MOST_MACHINES) values.clear();
  values.set(key, value);
}

/** The first number of the last key of each table. */
function highestOf(tables: LmdbTables): Record<TableName, number> {
  const entries = TABLES.map((table) => {
    const [last] = tables.rows(table, { reverse: true }, 1);
    const first = last === undefined ? undefined : firstOf(last.key);
    return [table, typeof first === "number" ? first : -Infinity];
  });
  return Object.fromEntries(entries) as Record<TableName, number>;
}
