import { mix } from "./hash.js";
import { HyperLogLog } from "./hyperloglog.js";
import { TextArena } from "./text-arena.js";

const width = 4;
const sketchSize = 1_024;

export interface FrequencyOptions {
  /** Distinct values that are counted exactly. */
  readonly limit: number;
  readonly hyperLogLogBits: number;
  readonly seed: number;
  /** Whether the values are texts, to be kept for display; a number is its own key. */
  readonly texts: boolean;
  /** Called once, with all values and their exact counts, before they are given up for sketches. */
  readonly onOverflow?: (values: readonly Frequent[]) => void;
}

export interface Frequent {
  readonly lo: number;
  readonly hi: number;
  /** Of the text in the arena; 0 for numbers. */
  readonly ref: number;
  readonly count: number;
}

/**
 * How often each value occurs, by 64-bit key. Exact up to `limit` distinct values. From there on the number
 * of distinct values comes from HyperLogLog, and the frequent ones from the counters of Misra and Gries
 * ("Finding repeated elements", 1982), purged by the median as in Apache DataSketches: the same guarantee as
 * Space-Saving (Agarwal and others, "Mergeable Summaries", 2012, prove the two alike) at constant cost per
 * value. A count is then never too high, and too low by at most {@link maxError}, which is at most
 * 2 n / 1024; a value more frequent than that is never missed.
 */
export class Frequencies {
  private readonly options: FrequencyOptions;
  private entries = new Int32Array(64 * width);
  private spare: Int32Array<ArrayBuffer> | null = null;
  private mask = 63;
  private size = 0;
  /** Entries counted more than once. */
  private several = 0;
  private capacity: number;
  private distinctSketch: HyperLogLog | null = null;
  maxError = 0;
  private arena: TextArena | null;

  constructor(options: FrequencyOptions) {
    this.options = options;
    this.capacity = options.limit;
    this.arena = options.texts ? new TextArena() : null;
  }

  get exact(): boolean {
    return this.distinctSketch === null;
  }

  get distinct(): number {
    return this.distinctSketch ? this.distinctSketch.estimate() : this.size;
  }

  /** Counts a number. */
  addNumber(lo: number, hi: number): void {
    this.count(lo, hi);
  }

  /** Counts a text, by two hashes of it. */
  addText(lo: number, hi: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.count(lo, hi);
    const entries = this.entries;
    // Once sketching, most new values are rare and soon purged: only one seen again is worth keeping as text.
    if (entries[at + 3] === 0 && (this.distinctSketch === null || (entries[at + 2] as number) > 1)) {
      entries[at + 3] = (this.arena as TextArena).store(bytes, start, end);
    }
  }

  /** Each value with its count; only while exact are these all. */
  all(): Frequent[] {
    const { entries } = this;
    const found: Frequent[] = [];
    for (let at = 0; at < entries.length; at += width) {
      const count = entries[at + 2] as number;
      if (count === 0) continue;
      const lo = entries[at] as number;
      const hi = entries[at + 1] as number;
      found.push({ lo, hi, ref: entries[at + 3] as number, count });
    }
    return found;
  }

  /** The most frequent values, most frequent first; ties in a stable order of their keys. */
  top(limit: number): Frequent[] {
    const shown = this.all().filter(({ ref }) => this.arena === null || ref !== 0);
    shown.sort((a, b) => b.count - a.count || a.hi - b.hi || a.lo - b.lo);
    return shown.slice(0, limit);
  }

  text(ref: number): string {
    return (this.arena as TextArena).read(ref);
  }

  /** The place of the key's entry, after counting it. */
  private count(lo: number, hi: number): number {
    const hash = this.hash(lo, hi);
    if (this.distinctSketch !== null) this.distinctSketch.add(hash, otherHash(lo, hi));
    const entries = this.entries;
    let at = (hash & this.mask) * width;
    for (;;) {
      const count = entries[at + 2] as number;
      if (count === 0) return this.insert(lo, hi, at);
      if (entries[at] === lo && entries[at + 1] === hi) {
        entries[at + 2] = count + 1;
        if (count === 1) this.several++;
        return at;
      }
      at = (at + width) & (this.mask * width + width - 1);
    }
  }

  private insert(lo: number, hi: number, at: number): number {
    if (this.size === this.capacity) {
      if (this.distinctSketch === null) this.startSketching().add(this.hash(lo, hi), otherHash(lo, hi));
      else this.shrink(this.size >> 1);
      return this.place(lo, hi, 1, 0);
    }
    if (this.size * 2 > this.mask) {
      this.rebuild((this.mask + 1) * 2, 0);
      return this.place(lo, hi, 1, 0);
    }
    this.entries[at] = lo;
    this.entries[at + 1] = hi;
    this.entries[at + 2] = 1;
    this.entries[at + 3] = 0;
    this.size++;
    return at;
  }

  /** Adds a key that is known to be absent, without growing. */
  private place(lo: number, hi: number, count: number, ref: number): number {
    const end = this.mask * width + width - 1;
    let at = (this.hash(lo, hi) & this.mask) * width;
    while (this.entries[at + 2] !== 0) at = (at + width) & end;
    this.entries[at] = lo;
    this.entries[at + 1] = hi;
    this.entries[at + 2] = count;
    this.entries[at + 3] = ref;
    if (count > 1) this.several++;
    this.size++;
    return at;
  }

  private startSketching(): HyperLogLog {
    const sketch = new HyperLogLog(this.options.hyperLogLogBits);
    const values = this.all();
    for (const { lo, hi } of values) sketch.add(this.hash(lo, hi), otherHash(lo, hi));
    this.options.onOverflow?.(values);
    this.distinctSketch = sketch;
    this.capacity = Math.min(this.capacity, sketchSize);
    this.shrink(this.capacity >> 1);
    return sketch;
  }

  /** Takes the count of the entry of rank `keep` off every count, so that at most `keep` entries are left. */
  private shrink(keep: number): void {
    const off = this.countOfRank(keep);
    this.maxError += off;
    let slots = 64;
    while (slots < this.capacity * 2) slots *= 2;
    this.rebuild(slots, off);
  }

  private countOfRank(rank: number): number {
    if (this.several <= rank && this.several < this.size) return 1;
    const { entries } = this;
    const counts = new Int32Array(this.size);
    let found = 0;
    for (let at = 2; at < entries.length; at += width) {
      if (entries[at] !== 0) counts[found++] = entries[at] as number;
    }
    counts.sort();
    return counts[counts.length - 1 - rank] as number;
  }

  private rebuild(slots: number, off: number): void {
    const old = this.entries;
    const oldArena = this.arena;
    // Two tables take turns: a column of unique values is purged thousands of times.
    const reused = this.spare?.length === slots * width ? this.spare.fill(0) : null;
    this.entries = reused ?? new Int32Array(slots * width);
    this.spare = this.distinctSketch === null ? null : old;
    this.mask = slots - 1;
    this.size = 0;
    const remaining = off === 1 ? this.several : -1;
    this.several = 0;
    const moving = off > 0 && oldArena !== null;
    if (moving) this.arena = new TextArena();
    // The usual case of a column of unique values, met thousands of times: nothing stays.
    if (remaining === 0) return;
    for (let at = 0; at < old.length; at += width) {
      const count = (old[at + 2] as number) - off;
      if (count <= 0 || old[at + 2] === 0) continue;
      let ref = old[at + 3] as number;
      if (moving && ref !== 0) ref = (this.arena as TextArena).copy(oldArena, ref);
      this.place(old[at] as number, old[at + 1] as number, count, ref);
    }
  }

  private hash(lo: number, hi: number): number {
    return mix(lo ^ Math.imul(hi, 0x9e3779b1) ^ this.options.seed);
  }
}

const otherHash = (lo: number, hi: number): number => mix(hi ^ Math.imul(lo, 0x85ebca77));
