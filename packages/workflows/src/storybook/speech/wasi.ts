/**
 * The part of WASI (wasi_snapshot_preview1) that a command-line program needs which reads its arguments and
 * writes one file: no file system, clock, network or environment behind it. Written because Node's own is
 * marked experimental and wants a folder.
 */
const success = 0;
const badDescriptor = 8;
const firstFree = 4;
const root = 3;

/** A compiled program. */
export type Module = object & { readonly compiled?: never };

/** The part of the global WebAssembly that is used here; Node's types leave it to the browser's. */
interface Wasm {
  compile(bytes: Uint8Array): Promise<Module>;
  readonly Instance: new (module: Module, imports: object) => { readonly exports: Record<string, unknown> };
}
const { compile, Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
export { compile };

class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export interface Finished {
  readonly code: number;
  /** What was written to the file that the program opened. */
  readonly file: Buffer;
  readonly errors: string;
}

/** Runs a WASI program from its start to its end. It blocks: give it little to do at a time. */
export function runProgram(module: Module, args: readonly string[]): Finished {
  const program = new Program(args.map((arg) => Buffer.from(`${arg}\0`)));
  const instance = new Instance(module, { wasi_snapshot_preview1: program.imports() });
  program.memory = instance.exports["memory"] as Memory;
  try {
    (instance.exports["_start"] as () => void)();
    return program.finished(0);
  } catch (error) {
    if (error instanceof Exit) return program.finished(error.code);
    throw error;
  }
}

interface Memory {
  readonly buffer: ArrayBuffer;
}

class Program {
  memory: Memory | null = null;
  readonly #args: readonly Buffer[];
  #file = Buffer.alloc(1 << 18);
  #size = 0;
  #at = 0;
  #errors = "";

  constructor(args: readonly Buffer[]) {
    this.#args = args;
  }

  finished(code: number): Finished {
    return { code, file: this.#file.subarray(0, this.#size), errors: this.#errors };
  }

  get #view(): DataView {
    return new DataView((this.memory as Memory).buffer);
  }

  get #bytes(): Buffer {
    return Buffer.from((this.memory as Memory).buffer);
  }

  imports(): Record<string, (...args: never[]) => number> {
    return {
      args_sizes_get: (count: number, size: number) => {
        this.#view.setUint32(count, this.#args.length, true);
        this.#view.setUint32(
          size,
          this.#args.reduce((sum, arg) => sum + arg.length, 0),
          true,
        );
        return success;
      },
      args_get: (places: number, buffer: number) => {
        let at = buffer;
        this.#args.forEach((arg, i) => {
          this.#view.setUint32(places + i * 4, at, true);
          arg.copy(this.#bytes, at);
          at += arg.length;
        });
        return success;
      },
      clock_time_get: (_id: number, _precision: bigint, time: number) => {
        this.#view.setBigUint64(time, 0n, true);
        return success;
      },
      fd_prestat_get: (fd: number, to: number) => {
        if (fd !== root) return badDescriptor;
        this.#view.setUint32(to, 0, true);
        this.#view.setUint32(to + 4, 1, true);
        return success;
      },
      fd_prestat_dir_name: (fd: number, to: number) => {
        if (fd !== root) return badDescriptor;
        this.#bytes.write("/", to);
        return success;
      },
      fd_fdstat_get: (fd: number, to: number) => this.#describe(fd, to),
      fd_fdstat_set_flags: () => success,
      fd_close: () => success,
      fd_read: (_fd: number, _list: number, _count: number, read: number) => {
        this.#view.setUint32(read, 0, true);
        return success;
      },
      fd_seek: (fd: number, offset: bigint, whence: number, to: number) =>
        this.#seek(fd, Number(offset), whence, to),
      fd_write: (fd: number, list: number, count: number, written: number) =>
        this.#write(fd, list, count, written),
      path_open: (...args: number[]) => {
        this.#view.setUint32(args[8] as number, firstFree, true);
        return success;
      },
      proc_exit: (code: number) => {
        throw new Exit(code);
      },
    };
  }

  /** Standard streams are character devices, 3 is the folder, the rest is the file; each may do everything. */
  #describe(fd: number, to: number): number {
    const [device, folder, file] = [2, 3, 4];
    this.#bytes.fill(0, to, to + 24);
    this.#view.setUint8(to, fd < root ? device : fd === root ? folder : file);
    this.#view.setBigUint64(to + 8, 0xffff_ffffn, true);
    this.#view.setBigUint64(to + 16, 0xffff_ffffn, true);
    return success;
  }

  #seek(fd: number, offset: number, whence: number, to: number): number {
    if (fd < firstFree) return badDescriptor;
    const from = [0, this.#at, this.#size][whence] ?? 0;
    this.#at = Math.max(0, from + offset);
    this.#view.setBigUint64(to, BigInt(this.#at), true);
    return success;
  }

  #write(fd: number, list: number, count: number, written: number): number {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const at = this.#view.getUint32(list + i * 8, true);
      const length = this.#view.getUint32(list + i * 8 + 4, true);
      const chunk = this.#bytes.subarray(at, at + length);
      if (fd >= firstFree) this.#append(chunk);
      else this.#errors = (this.#errors + chunk.toString()).slice(-2_000);
      total += length;
    }
    this.#view.setUint32(written, total, true);
    return success;
  }

  #append(chunk: Buffer): void {
    const end = this.#at + chunk.length;
    if (end > this.#file.length) {
      const grown = Buffer.alloc(Math.max(end, this.#file.length * 2));
      this.#file.copy(grown, 0, 0, this.#size);
      this.#file = grown;
    }
    chunk.copy(this.#file, this.#at);
    this.#at = end;
    this.#size = Math.max(this.#size, end);
  }
}
