import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineOptions, openStepFunctions, type StepFunctions } from "../../open.js";
import { VirtualClock } from "../../shell/clock.js";

type Answer = Record<string, unknown>;

/** An engine on a folder of its own, under a clock that stands still. */
export class Bench implements AsyncDisposable {
  readonly clock = new VirtualClock();
  private engine: StepFunctions | null = null;

  private constructor(
    private readonly folder: string,
    private readonly options: Partial<EngineOptions>,
  ) {}

  static async open(options: Partial<EngineOptions> = {}): Promise<Bench> {
    const bench = new Bench(mkdtempSync(join(tmpdir(), "stepfunctions-")), options);
    await bench.reopen();
    return bench;
  }

  /** Closes the engine and opens it again, as a restart does. */
  async reopen(): Promise<void> {
    await this.engine?.close();
    this.engine = await openStepFunctions({
      dataDir: this.folder,
      region: "us-east-1",
      accountId: "000000000000",
      lambda: async ({ payload }) => ({ statusCode: 200, executedVersion: "$LATEST", payload }),
      clock: this.clock,
      ...this.options,
    });
  }

  get waits(): StepFunctions["waits"] {
    if (this.engine === null) throw new Error("the bench is closed");
    return this.engine.waits;
  }

  async handle(operation: string, request: object, signal?: AbortSignal): Promise<Answer> {
    if (this.engine === null) throw new Error("the bench is closed");
    return JSON.parse(JSON.stringify(await this.engine.handle(operation, request, signal))) as Answer;
  }

  /** Creates a machine of these states, in JSONata, and gives its ARN. */
  async machine(states: Record<string, object>, rest: object = {}): Promise<string> {
    const definition = definitionOf(states);
    const request = { name: "machine", definition, roleArn: "arn:aws:iam::000000000000:role/role", ...rest };
    return (await this.handle("CreateStateMachine", request)).stateMachineArn as string;
  }

  async start(stateMachineArn: string, name: string, rest: object = {}): Promise<string> {
    const started = await this.handle("StartExecution", { stateMachineArn, name, ...rest });
    return started.executionArn as string;
  }

  describe(executionArn: string): Promise<Answer> {
    return this.handle("DescribeExecution", { executionArn });
  }

  /** Lets what is under way come to rest. */
  async rest(): Promise<void> {
    await this.clock.advance(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function definitionOf(states: Record<string, object>): string {
  return JSON.stringify({ QueryLanguage: "JSONata", StartAt: Object.keys(states)[0], States: states });
}
