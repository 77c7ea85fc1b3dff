import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { SFNClient } from "@aws-sdk/client-sfn";
import {
  openStepFunctions,
  type StepFunctions,
  type StepFunctionsOptions,
  VirtualClock,
} from "@longhaul/stepfunctions";

/** Requests that AWS answers when something has happened, not at once. */
const LONG = ["GetActivityTask", "StartSyncExecution", "TestState"];
const LONGEST_DAYS = 400;
/** How often a moment of real time is waited for before the clock moves without an alarm. */
const PATIENCE = 50;

type Ports = Pick<StepFunctionsOptions, "lambda"> &
  Partial<Pick<StepFunctionsOptions, "services" | "objects" | "onLog">>;
type Send = SFNClient["send"];

/**
 * An engine of its own behind HTTP, with an unmodified client, under a clock that only moves when nobody is at work:
 * neither the engine nor a function nor a request that is on its way.
 */
export class Stage implements AsyncDisposable {
  readonly clock = new VirtualClock(Date.now());
  private working = 0;
  private requests = 0;
  private parked = 0;
  private idle = 0;
  private readonly opened = this.clock.now();

  private constructor(
    private readonly dataDir: string,
    private readonly server: Server,
    private engine: StepFunctions | undefined,
    private client: SFNClient | undefined,
  ) {}

  static async open(scratch: string, ports: (stage: Stage) => Ports): Promise<Stage> {
    const dataDir = mkdtempSync(path.join(scratch, "conformance-"));
    const stage = new Stage(dataDir, createServer(), undefined, undefined);
    stage.engine = await openStepFunctions({
      dataDir,
      region: "us-east-1",
      accountId: "000000000000",
      clock: stage.clock,
      ...ports(stage),
    });
    stage.client = await stage.listen(stage.engine);
    return stage;
  }

  private async listen(engine: StepFunctions): Promise<SFNClient> {
    this.server.on("request", (req, res) => {
      if (isLong(req)) {
        this.parked += 1;
        res.once("close", () => {
          this.parked -= 1;
        });
      }
      void engine.handleHttp(req, res);
    });
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return new SFNClient({
      endpoint: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      // StartSyncExecution and TestState go to sync-HOST otherwise, and 127.0.0.1 has no such name.
      disableHostPrefix: true,
    });
  }

  /** Sends a command; the clock stands still until it is answered, or as long as its answer is not due. */
  readonly send: Send = (async (command: never, options?: never) => {
    this.requests += 1;
    try {
      return await (this.client as SFNClient).send(command, options);
    } finally {
      this.requests -= 1;
    }
  }) as unknown as Send;

  /** Does work for the engine, a function's for instance; the clock stands still meanwhile, but for its sleeps. */
  async work<T>(work: () => Promise<T>): Promise<T> {
    this.working += 1;
    try {
      return await work();
    } finally {
      this.working -= 1;
    }
  }

  /** Sleeps inside `work`. */
  async sleepAtWork(milliseconds: number): Promise<void> {
    this.working -= 1;
    try {
      await this.clock.sleep(milliseconds);
    } finally {
      this.working += 1;
    }
  }

  /** Sleeps between requests, as a caller of the API does. A sleep on the clock itself is for functions. */
  async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.clock.at(this.clock.now() + milliseconds, resolve);
    });
  }

  /** Resolves when nobody is at work. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 2; ) {
      await this.clock.rest();
      await setImmediate();
      if (this.working === 0 && this.requests === this.parked) rounds += 1;
      else {
        rounds = 0;
        await setTimeout(1);
      }
    }
  }

  /** Moves the clock to its next alarm; when none is set, waits a moment of real time, and at length moves it on. */
  async advance(): Promise<void> {
    const passed = this.clock.now() - this.opened;
    if (passed > LONGEST_DAYS * 86_400_000) throw new Error(`it has not ended after ${LONGEST_DAYS} days`);
    const next = this.clock.nextAlarm();
    if (next !== null) {
      this.idle = 0;
      await this.clock.advance(Math.max(0, next - this.clock.now()));
      return;
    }
    await setTimeout(4);
    this.idle += 1;
    if (this.idle > PATIENCE) await this.clock.advance(1000 * 2 ** (this.idle - PATIENCE));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client?.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.engine?.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function isLong(req: IncomingMessage): boolean {
  const target = String(req.headers["x-amz-target"]);
  return LONG.some((operation) => target.endsWith(`.${operation}`));
}
