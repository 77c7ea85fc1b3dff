import { cpus } from "node:os";
import { join } from "node:path";
import { Child } from "./child.js";
import type { BenchCloud } from "./cloud.js";

export type Kind = "trpc" | "bare";

/** A server and its watchers, each in a process of its own. */
export class Subject {
  private constructor(
    readonly kind: Kind,
    readonly cloud: BenchCloud,
    readonly server: Child,
    readonly load: Child,
    private readonly url: string,
  ) {}

  static async start(kind: Kind, cloud: BenchCloud, { collects = false } = {}): Promise<Subject> {
    const env = kind === "bare" ? {} : cloud.env;
    const server = Child.start(kind === "bare" ? "bare.js" : "api.js", { env, collects });
    const { url } = await server.hears("ready");
    return new Subject(kind, cloud, server, Child.start("load.js"), url);
  }

  async connect(runs: readonly string[]): Promise<void> {
    const connected = this.load.hears("connected");
    this.load.tell({ type: "connect", kind: this.kind, url: this.url, token: this.cloud.token, runs });
    await connected;
  }

  /** Microseconds that everything has spent so far. */
  async snapshot() {
    const { kind, cloud, server, load } = this;
    const none = { application: 0, all: 0 };
    const [ofServer, ofLoad, postgres] = await Promise.all([
      server.usage(),
      load.usage(),
      kind === "trpc" ? cloud.cpuMicros("longhaul-api") : none,
    ]);
    const { user, system } = process.cpuUsage();
    return {
      server: ofServer.cpuMicros,
      watchers: ofLoad.cpuMicros,
      application: postgres.application,
      postgres: postgres.all,
      writer: user + system,
      machine: machine(),
    };
  }

  /** Writes a CPU profile of the server at `work` into the folder, where one is given. */
  async profiled<T>(folder: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    if (folder === undefined) return work();
    const toggle = async () => {
      const heard = this.server.hears("profiled");
      this.server.tell({ type: "profile", file: join(folder, `${name}.cpuprofile`) });
      await heard;
    };
    await toggle();
    const done = await work();
    await toggle();
    return done;
  }

  stop(): void {
    this.load.stop();
    this.server.stop();
  }
}

/** Milliseconds of all cores so far: at work, and altogether. */
function machine(): { busy: number; all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, time) => total + time, 0);
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}
