import { chmodSync, mkdirSync } from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";

/** A few records by name, all of them in memory and on disk. */
export interface Records<T> {
  get(key: string): T | undefined;
  /** In the order of their keys. */
  values(): T[];
  /** Resolves when it is on disk. */
  put(key: string, value: T): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Tables of records in one folder, which is made if it is missing. */
export class RecordStore {
  readonly #root: RootDatabase;

  constructor(folder: string, tables: number) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    // As in the engine's store: a commit is seen, and its promise resolves, once it is on disk.
    this.#root = open({ path: folder, overlappingSync: false, maxDbs: tables });
  }

  table<T>(name: string): Records<T> {
    const database: Database<T, string> = this.#root.openDB<T, string>({ name });
    const known = new Map([...database.getRange()].map(({ key, value }) => [key, value]));
    return {
      get: (key) => known.get(key),
      values: () => [...known.keys()].toSorted().flatMap((key) => known.get(key) ?? []),
      async put(key, value) {
        known.set(key, value);
        await database.put(key, value);
      },
      async remove(key) {
        known.delete(key);
        await database.remove(key);
      },
    };
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
