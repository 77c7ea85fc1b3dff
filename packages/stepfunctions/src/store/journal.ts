import { ChangesText, type Placed } from "./changes.js";
import { FrameWriter } from "./frame.js";
import type { SegmentFile, Segments } from "./segments.js";

/** How large things may become, in bytes. */
export interface Limits {
  /** Segments begin small, for engines that write little, and each that fills up has a larger one after it. */
  smallestSegment: number;
  largestSegment: number;
  /** What is in memory is moved when there is so much of it; nothing more is written while there is four times as much. */
  memory: number;
}

/** How far a journal reaches: the last frame of a segment, and the number of the segment after it. */
export interface Mark {
  sequence: number;
  segment: number;
}

/** Who is told what becomes of the journal. */
export interface JournalKeeper {
  /** Changes are on disk, in the order in which they were appended; what awaits them goes on afterwards. */
  durable(chunk: Buffer, changes: Placed[]): void;
  /** Whether a segment may end now: what is in it can be moved to where it is to stay. */
  mayTurn(): boolean;
  /** A segment has ended, and everything in it is durable. */
  turned(mark: Mark): void;
  /** Whether so much waits to be moved that nothing more is to be written. `resume` then ends the wait. */
  full(): boolean;
  /** What to tell writers when the disk fails. */
  failure(error: Error): Error;
}

/** So many characters are worth a frame of their own. */
const ENOUGH = 8 * 1024;

/** What is written together. */
interface Batch {
  changes: ChangesText;
  told: Deferred;
  /** When the first of it was appended, and the latest. */
  since: number;
  latest: number;
}

/**
 * A file that grows at its end. While one frame is on its way to the disk, what is appended gathers for the next: writers
 * share the wait for the disk, and the more there are, the more they share it.
 */
export class Journal {
  /** Why nothing can be written any more. */
  failed: Error | null = null;
  private readonly writer = new FrameWriter();
  private gathered: Batch | null = null;
  private writing: Batch | null = null;
  private scheduled = false;
  /** What waits for the write that is out, before the file may be closed. */
  private landed: (() => void) | null = null;
  private out = false;
  /** How long the disk took to write the last frame, in ms. */
  private took = Infinity;
  private at = 0;
  private size: number;
  /** The segment that is next, once it has been made. */
  private spare: { file: SegmentFile; size: number } | null = null;
  private preparing: Promise<void> | null = null;
  private turning: Deferred | null = null;

  /** @param current the file of segment `mark.segment`, which is empty */
  constructor(
    private readonly segments: Segments,
    private readonly keeper: JournalKeeper,
    private readonly mark: Mark,
    private file: SegmentFile,
    private readonly limits: Limits,
  ) {
    this.size = limits.smallestSegment;
  }

  /**
   * Writes all that a function puts and removes, or nothing. What is appended before the next frame has the same promise, which
   * resolves once that is on disk. @throws what the function throws
   */
  append(work: (changes: ChangesText) => void): Promise<void> {
    if (this.failed !== null) return Promise.reject(this.failed);
    this.gathered ??= newBatch();
    const { gathered } = this;
    const { changes, told } = gathered;
    // Also when the function throws: others may wait for this promise by then.
    this.schedule();
    changes.whole(() => work(changes));
    gathered.latest = performance.now();
    if (changes.text.length >= ENOUGH) this.flushEarly(gathered);
    return told.promise;
  }

  /** Resolves when all that was appended is on disk. */
  flushed(): Promise<void> {
    if (this.failed !== null) return Promise.reject(this.failed);
    return (this.gathered ?? this.writing)?.told.promise ?? Promise.resolve();
  }

  /** Ends the segment as soon as it may. */
  turn(): Promise<void> {
    if (this.failed !== null) return Promise.reject(this.failed);
    this.turning ??= new Deferred();
    this.prepare(this.limits.smallestSegment);
    this.schedule();
    return this.turning.promise;
  }

  /** Looks again whether something is to be written. */
  resume(): void {
    this.schedule();
  }

  /** Stops. What was not on disk is not written any more. */
  async close(): Promise<void> {
    this.stop(new Error("the store is closed"));
    await this.preparing;
    if (this.out) await new Promise<void>((resolve) => (this.landed = resolve));
    this.file.close();
    if (this.spare === null) return;
    this.spare.file.close();
    await this.segments.remove(this.mark.segment + 1).catch(() => {});
  }

  /** All that is appended in this turn of the event loop goes into one frame. */
  private schedule(): void {
    if (this.scheduled || this.writing !== null) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  /**
   * What has taken as long to gather as the disk will need to write it does not wait for what else comes in this turn of the event
   * loop, which is then decided and gathered meanwhile: otherwise all writers wait for the disk together, and nothing goes on.
   * Where the disk is slower than that, two frames one after the other would take longer than one.
   */
  private flushEarly({ since, latest }: Batch): void {
    if (this.writing === null && latest - since >= this.took) this.flush();
  }

  /** What has waited for the disk longer than it took to gather goes on together with those who waited for the frame before. */
  private flushAfterwards(): void {
    const { since, latest } = this.gathered ?? { since: 0, latest: Infinity };
    if (performance.now() - latest > latest - since) this.schedule();
    else this.flush();
  }

  private flush(): void {
    if (this.writing !== null || this.failed !== null || this.keeper.full()) return;
    const last =
      this.spare !== null && (this.turning !== null || this.at >= this.size) && this.keeper.mayTurn();
    if (this.gathered === null && !last) return;
    const batch = this.gathered ?? newBatch();
    this.gathered = null;
    this.writing = batch;
    // Nobody calls who could be told what is thrown here: those who wait are.
    this.guarded(() => this.send(batch, last));
  }

  private send(batch: Batch, last: boolean): void {
    const head = { sequence: this.mark.sequence + 1, last, size: this.size };
    const { bytes, chunk, placed } = this.writer.frame(batch.changes, head);
    const began = performance.now();
    this.file.write(bytes, this.at, (error) => {
      this.out = false;
      this.took = performance.now() - began;
      this.landed?.();
      if (error !== null) this.fail(error);
      else if (this.failed === null)
        this.guarded(() => {
          this.keeper.durable(chunk, placed);
          this.written(batch, bytes.length, last);
        });
    });
    this.out = true;
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private written(batch: Batch, bytes: number, last: boolean): void {
    this.writing = null;
    this.mark.sequence += 1;
    this.at += bytes;
    if (last) this.toSpare();
    else if (this.at >= this.size / 4) this.prepare(Math.min(this.size * 4, this.limits.largestSegment));
    batch.told.resolve();
    this.flushAfterwards();
  }

  private toSpare(): void {
    if (this.spare === null) return;
    this.file.close();
    ({ file: this.file, size: this.size } = this.spare);
    this.spare = null;
    this.at = 0;
    this.mark.segment += 1;
    this.keeper.turned({ ...this.mark });
    this.turning?.resolve();
    this.turning = null;
  }

  private prepare(size: number): void {
    if (this.spare !== null || this.preparing !== null || this.failed !== null) return;
    this.preparing = this.segments
      .create(this.mark.segment + 1, size)
      .then(
        (file) => {
          this.spare = { file, size };
          this.schedule();
        },
        (error: Error) => this.fail(error),
      )
      .finally(() => (this.preparing = null));
  }

  /** What a disk did with a write that failed, or with one after it, cannot be known: none is tried again. */
  fail(error: Error): void {
    this.stop(this.keeper.failure(error));
  }

  private stop(reason: Error): void {
    this.failed ??= reason;
    for (const waiting of [this.writing?.told, this.gathered?.told, this.turning])
      waiting?.reject(this.failed);
    this.writing = null;
    this.gathered = null;
    this.turning = null;
  }
}

function newBatch(): Batch {
  const now = performance.now();
  return { changes: new ChangesText(), told: new Deferred(), since: now, latest: now };
}

/** A promise that may be rejected without anybody looking: each writer hears of it by what it does with the promise. */
class Deferred {
  resolve: () => void = () => {};
  reject: (error: Error) => void = () => {};
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}
