import type { Store, TableName } from "../../store/store.js";

/** A store that counts what is read from it, by table. */
export class CountingStore implements Store {
  readonly reads: Partial<Record<TableName, number>> = {};

  constructor(private readonly inner: Store) {}

  write: Store["write"] = (writes) => this.inner.write(writes);
  flushed: Store["flushed"] = () => this.inner.flushed();
  close: Store["close"] = () => this.inner.close();

  get: Store["get"] = (table, key) => {
    this.count(table);
    return this.inner.get(table, key);
  };

  range: Store["range"] = (table, range) => this.counted(table, this.inner.range(table, range));

  private *counted<T>(table: TableName, entries: Iterable<T>): Generator<T> {
    for (const entry of entries) {
      this.count(table);
      yield entry;
    }
  }

  private count(table: TableName): void {
    this.reads[table] = (this.reads[table] ?? 0) + 1;
  }
}
