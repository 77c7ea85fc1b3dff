import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromLoad, FromServer, ToLoad, ToServer, Usage } from "./messages.js";

type From = FromLoad | FromServer;

export interface ChildOptions {
  env?: Readonly<Record<string, string>>;
  /** Its garbage can be collected when its memory is asked for, which nobody does where time is measured. */
  collects?: boolean;
}

/** A process of the bench. */
export class Child {
  private constructor(private readonly process: ChildProcess) {}

  static start(file: string, { env = {}, collects = false }: ChildOptions = {}): Child {
    const path = fileURLToPath(new URL(file, import.meta.url));
    return new Child(fork(path, { env: { ...env }, execArgv: collects ? ["--expose-gc"] : [] }));
  }

  tell(message: ToLoad | ToServer): void {
    this.process.send(message);
  }

  /** The next message of that type. */
  hears<T extends From["type"]>(type: T): Promise<Extract<From, { type: T }>> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`A process of the bench ended (${code}).`));
      const onMessage = (message: From) => {
        if (message.type !== type) return;
        this.process.off("message", onMessage);
        this.process.off("exit", onExit);
        resolve(message as Extract<From, { type: T }>);
      };
      this.process.on("message", onMessage);
      this.process.once("exit", onExit);
    });
  }

  /** Where garbage is to be collected first, the process must have been started for it. */
  async usage({ collect = false } = {}): Promise<Usage> {
    const heard = this.hears("usage");
    this.tell({ type: "usage", collect });
    return heard;
  }

  stop(): void {
    this.process.removeAllListeners("exit");
    this.process.kill();
  }
}
