import type { Placed } from "./changes.js";
import { compareKeys, firstOf, type Key } from "./keys.js";
import { keySeed } from "./key-seed.js";
import { SortedMap, type Span } from "./sorted-map.js";
import { SortedRows } from "./sorted-rows.js";
import type { TableName } from "./store.js";
import { TABLES } from "./tables.js";
import { Texts } from "./texts.js";

type Part = string | number;
/** Memory of a row besides its text, about. */
const ROW_BYTES = 150;

/** The number of a row's text. */
type Text = number;
/** Stands for the text of a row that has been removed. */
const REMOVED = -1;

/** A row of a layer of memory; null stands for one that has been removed. */
export interface Row<T = string | null> {
  key: Key;
  text: T;
}

/** The rows of a table that are in the journal alone. Keys of two parts are kept by their first. */
class MemoryOfTable {
  private readonly groups = new SortedMap<Part, Text | SortedRows<Part>>();
  size = 0;
  /** The highest number with which a key begins. */
  highest = -Infinity;

  get(key: Key): Text | undefined {
    if (typeof key !== "object") return this.groups.get(key) as Text | undefined;
    return (this.groups.get(key[0]) as SortedRows<Part> | undefined)?.get(key[1]);
  }

  set(key: Key, text: Text): void {
    const first = firstOf(key);
    if (typeof first === "number" && first > this.highest) this.highest = first;
    if (typeof key !== "object") {
      this.groups.set(key, text);
      this.size = this.groups.size;
      return;
    }
    let group = this.groups.get(key[0]) as SortedRows<Part> | undefined;
    if (group === undefined) {
      group = new SortedRows();
      this.groups.set(key[0], group);
    }
    const before = group.size;
    group.set(key[1], text);
    this.size += group.size - before;
  }

  delete(key: Key): void {
    if (typeof key !== "object") {
      this.groups.delete(key);
      this.size = this.groups.size;
      return;
    }
    const group = this.groups.get(key[0]) as SortedRows<Part> | undefined;
    if (group === undefined) return;
    const before = group.size;
    group.delete(key[1]);
    this.size += group.size - before;
    if (group.size === 0) this.groups.delete(key[0]);
  }

  *entries(): Generator<[Key, Text]> {
    for (const [first, of] of this.groups.entries()) {
      if (of instanceof SortedRows) for (const [second, text] of of.walk({})) yield [[first, second], text];
      else yield [first, of];
    }
  }

  *walk(span: Span<Key>): Generator<[Key, Text]> {
    const { start, end } = span;
    if (typeof start === "object" || typeof end === "object") yield* this.walkGroups(span);
    else
      for (const [first, of] of this.groups.walk(span as Span<Part>)) {
        if (of instanceof SortedRows) yield* walkGroup(first, of, span);
        else yield [first, of];
      }
  }

  private *walkGroups(span: Span<Key>): Generator<[Key, Text]> {
    const { start, end, reverse = false } = span;
    const from = typeof start === "object" ? start[0] : undefined;
    const to = typeof end === "object" ? end[0] : undefined;
    for (const [first, of] of this.groupsFrom(from, to, reverse)) {
      if (to !== undefined && compareKeys(first, to) * (reverse ? -1 : 1) > 0) return;
      if (of instanceof SortedRows) yield* walkGroup(first, of, span);
    }
  }

  /** Most walks are about one group, or up to the beginning of the next number's: these need no order. */
  private groupsFrom(
    from: Part | undefined,
    to: Part | undefined,
    reverse: boolean,
  ): Iterable<[Part, Text | SortedRows<Part>]> {
    const next = Number.isInteger(from) && to === (from as number) + (reverse ? -1 : 1);
    if (from === undefined || (from !== to && !next)) return this.groups.walk({ start: from, reverse });
    const parts = next ? [from, to as Part] : [from];
    return parts.flatMap((part) => {
      const group = this.groups.get(part);
      return group === undefined ? [] : [[part, group] as [Part, typeof group]];
    });
  }
}

function* walkGroup(
  first: Part,
  group: SortedRows<Part>,
  { start, after = false, end, reverse = false }: Span<Key>,
): Generator<[Key, Text]> {
  const begins = typeof start === "object" && start[0] === first;
  const ends = typeof end === "object" && end[0] === first;
  const span = { reverse, after: after && begins, ...(begins ? { start: start[1] } : {}) };
  for (const [second, text] of group.walk(ends ? { ...span, end: end[1] } : span))
    yield [[first, second], text];
}

/** A row as LMDB is to keep it. */
export interface SealedRow {
  table: TableName;
  key: Key;
  bytes: Buffer | null;
}

/** What is in the journal and not yet in LMDB. */
export class Memtable {
  private readonly tables = Object.fromEntries(TABLES.map((name) => [name, new MemoryOfTable()])) as Record<
    TableName,
    MemoryOfTable
  >;
  private readonly texts = new Texts();
  /** What it takes up in memory, about. */
  bytes = 0;

  /** @param held whether a table may hold a key already, so that its removal must be remembered */
  constructor(private readonly held: (table: TableName, key: Key) => boolean) {}

  /** The highest number with which a key of a table begins. */
  highest(table: TableName): number {
    return this.tables[table].highest;
  }

  /** A row's text, null if it has been removed, undefined if nothing is known of it here. */
  get(table: TableName, key: Key): string | null | undefined {
    const text = this.tables[table].get(key);
    return text === undefined ? undefined : this.textOf(text);
  }

  /** Whether anything is known of a row here. */
  knows(table: TableName, key: Key): boolean {
    return this.tables[table].get(key) !== undefined;
  }

  /** Applies changes whose texts are in a buffer, which must stay as it is. */
  apply(chunk: Buffer, changes: Iterable<Placed>): void {
    for (const { table, key, at, length } of changes) {
      this.bytes += ROW_BYTES + length;
      if (at >= 0) this.tables[table].set(key, this.texts.add(chunk, at, length));
      else if (this.held(table, key)) this.tables[table].set(key, REMOVED);
      else this.tables[table].delete(key);
    }
  }

  /** The rows of a table, in no order, with what LMDB is to keep: null for what it is to remove. */
  *sealed(table: TableName): Generator<SealedRow> {
    for (const [key, text] of this.tables[table].entries())
      yield { table, key, bytes: text === REMOVED ? null : this.texts.sealed(text, keySeed(table, key)) };
  }

  /** The rows of a table in order. Nothing may be written meanwhile. */
  *walk(table: TableName, span: Span<Key>): Generator<Row> {
    for (const [key, text] of this.tables[table].walk(span)) yield { key, text: this.textOf(text) };
  }

  private textOf(number: Text): string | null {
    return number === REMOVED ? null : this.texts.text(number);
  }
}
