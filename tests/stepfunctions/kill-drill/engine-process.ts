import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Line {
  port?: number;
  token?: string;
  key?: string;
  ended?: string;
  status?: string;
}

/** One life of the engine. */
export class EngineProcess {
  /** Resolves when it listens. Rejects when it ends before that. */
  readonly port: Promise<number>;
  /** Rejects when the process dies by anything but kill(). */
  readonly died: Promise<never>;
  private readonly child: ChildProcess;
  private killed = false;

  constructor(script: string, dataDir: string, onLine: (line: Line) => void) {
    const child = spawn(process.execPath, [script, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
    this.child = child;
    this.port = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (text) => {
        const line = JSON.parse(text) as Line;
        onLine(line);
        if (line.port !== undefined) resolve(line.port);
      });
      child.once("exit", (code, signal) =>
        reject(new Error(`the engine's process ended by itself with ${signal ?? code}`)),
      );
    });
    this.died = new Promise((_, reject) => {
      child.once("exit", (code, signal) => {
        if (!this.killed) reject(new Error(`the engine's process died with ${signal ?? code}`));
      });
    });
    this.died.catch(() => {});
    // A process killed while it starts never tells a port.
    this.port.catch(() => {});
  }

  async kill(): Promise<void> {
    this.killed = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    // "close" comes after the last line of its output has been read.
    const closed = once(this.child, "close");
    this.child.kill("SIGKILL");
    await closed;
  }
}
