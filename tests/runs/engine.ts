import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStateMachineCommand, SFNClient } from "@aws-sdk/client-sfn";
import { openStepFunctions, type StatusChangeEvent } from "@longhaul/stepfunctions";
import { machines } from "@longhaul/workflows/machines";
import { scriptedSteps } from "./scripted-steps.js";

/** The real engine behind the real SDK client, with data-import installed and steps that the test scripts. */
export async function openEngine(onStatusChange: (event: StatusChangeEvent) => Promise<void>) {
  const dataDir = mkdtempSync(join(tmpdir(), "longhaul-engine-"));
  const steps = scriptedSteps();
  const engine = await openStepFunctions({
    dataDir,
    region: "us-east-1",
    accountId: "000000000000",
    lambda: steps.invoke,
    onStatusChange,
  });
  const server = createServer((request, response) => void engine.handleHttp(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sfn = clientOf(port);
  return {
    steps,
    sfn,
    stateMachineArn: await install(sfn),
    newClient: () => clientOf(port),
    /** An SDK client whose server is not there. */
    unreachable: clientOf(1),
    async [Symbol.asyncDispose]() {
      steps.releaseAll();
      sfn.destroy();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function clientOf(port: number): SFNClient {
  return new SFNClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

/** @returns the ARN of the published version. */
async function install(sfn: SFNClient): Promise<string> {
  const machine = machines["data-import"];
  const definition = machine.definition(
    (step) => `arn:aws:lambda:us-east-1:000000000000:function:longhaul-data-import-${step}`,
  );
  const { stateMachineVersionArn } = await sfn.send(
    new CreateStateMachineCommand({
      name: "longhaul-data-import",
      definition: JSON.stringify(definition),
      roleArn: "arn:aws:iam::000000000000:role/longhaul",
      publish: true,
    }),
  );
  return stateMachineVersionArn!;
}
