import type { SegmentFile, Segments } from "../segments.js";

interface File {
  /** What is on the disk. */
  bytes: Buffer;
  /** What was given to be written last and is not there yet. */
  pending: { bytes: Buffer; at: number; done: (error: Error | null) => void } | null;
}

/** The files of a journal on a disk of memory, which writes when it is told to and can fail or lose its power. */
export class MemorySegments implements Segments {
  readonly files = new Map<number, File>();
  /** Whether writes reach the disk by themselves. */
  prompt = true;
  /** What the next write fails with. */
  failure: Error | null = null;
  /** What making a file fails with. */
  createFailure: Error | null = null;

  list = (): number[] => [...this.files.keys()].sort((a, b) => a - b);

  read(number: number): Buffer {
    return Buffer.from(this.fileOf(number).bytes);
  }

  async create(number: number, size: number): Promise<SegmentFile> {
    if (this.createFailure !== null) throw this.createFailure;
    const file: File = { bytes: Buffer.alloc(size), pending: null };
    this.files.set(number, file);
    return {
      write: (bytes, at, done) => {
        file.pending = { bytes: Buffer.from(bytes), at, done };
        if (this.prompt) setImmediate(() => this.sync());
      },
      close: () => {},
    };
  }

  async remove(number: number): Promise<void> {
    this.files.delete(number);
  }

  /** Whether anything waits to be written. */
  get waiting(): boolean {
    return [...this.files.values()].some(({ pending }) => pending !== null);
  }

  /** Writes what waits, or fails to. */
  sync(): void {
    for (const file of this.files.values()) {
      const { pending } = file;
      if (pending === null) continue;
      file.pending = null;
      const { failure } = this;
      if (failure === null) land(file, pending.bytes, pending.at);
      pending.done(failure);
    }
  }

  /**
   * A disk as a power cut leaves this one: of what waited, the sectors that `kept` says are there, and the others are not.
   */
  afterPowerCut(kept: (sector: number) => boolean): MemorySegments {
    const left = new MemorySegments();
    for (const [number, { bytes, pending }] of this.files) {
      const file: File = { bytes: Buffer.from(bytes), pending: null };
      left.files.set(number, file);
      if (pending === null) continue;
      for (let sector = 0; sector * 512 < pending.bytes.length; sector += 1)
        if (kept(sector))
          land(file, pending.bytes.subarray(sector * 512, (sector + 1) * 512), pending.at + sector * 512);
    }
    return left;
  }

  private fileOf(number: number): File {
    const file = this.files.get(number);
    if (file === undefined) throw new Error(`there is no segment ${number}`);
    return file;
  }
}

function land(file: File, bytes: Buffer, at: number): void {
  if (at + bytes.length > file.bytes.length)
    file.bytes = Buffer.concat([file.bytes, Buffer.alloc(at + bytes.length - file.bytes.length)]);
  bytes.copy(file.bytes, at);
}
