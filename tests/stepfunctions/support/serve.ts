import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SFNClient } from "@aws-sdk/client-sfn";
import {
  type LambdaInvoker,
  openStepFunctions,
  type StepFunctions,
  type StepFunctionsOptions,
} from "@longhaul/stepfunctions";

export interface Served extends AsyncDisposable {
  client: SFNClient;
  endpoint: string;
  engine: StepFunctions;
  dataDir: string;
}

type Options = Partial<Omit<StepFunctionsOptions, "dataDir">> & { dataDir?: string };

/** An engine behind HTTP on a free port, with an unmodified AWS client to it. */
export async function serve(options: Options = {}): Promise<Served> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "stepfunctions-"));
  const engine = await openStepFunctions({
    region: "us-east-1",
    accountId: "000000000000",
    lambda: echo,
    ...options,
    dataDir,
  });
  const server = createServer((req, res) => void engine.handleHttp(req, res));
  const endpoint = await listen(server);
  const client = new SFNClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  return {
    client,
    endpoint,
    engine,
    dataDir,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A function that returns its event. */
const echo: LambdaInvoker = async ({ payload }) => ({
  statusCode: 200,
  executedVersion: "$LATEST",
  payload,
});
