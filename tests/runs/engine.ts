import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStateMachineCommand, SFNClient, UpdateStateMachineCommand } from "@aws-sdk/client-sfn";
import { openStepFunctions, type StatusChangeEvent } from "@longhaul/stepfunctions";
import { machines } from "@longhaul/workflows/machines";
import { scriptedSteps } from "./scripted-steps.js";

/** The real engine behind the real SDK client, with data-import installed and steps that the test scripts. */
export async function openEngine(
  onStatusChange: (event: StatusChangeEvent) => Promise<void>,
  { waitScale = 1 }: { waitScale?: number } = {},
) {
  const dataDir = mkdtempSync(join(tmpdir(), "longhaul-engine-"));
  const steps = scriptedSteps();
  const engine = await openStepFunctions({
    dataDir,
    region: "us-east-1",
    accountId: "000000000000",
    lambda: steps.invoke,
    onStatusChange,
    waitScale,
  });
  const server = createServer((request, response) => void engine.handleHttp(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sfn = clientOf(port);
  return {
    steps,
    sfn,
    stateMachineArn: await install(sfn, "longhaul-data-import", dataImport()),
    /** Installs another machine. @returns the ARN of its published version. */
    install: (name: string, definition: object) => install(sfn, name, definition),
    /** Deploys another definition of an installed machine. @returns the ARN of its published version. */
    async deploy(name: string, definition: object): Promise<string> {
      const { stateMachineVersionArn } = await sfn.send(
        new UpdateStateMachineCommand({
          stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`,
          definition: JSON.stringify(definition),
          publish: true,
        }),
      );
      return stateMachineVersionArn!;
    },
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

/** The ARN of a function of the product. */
export const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** The product's own state machine of data-import. */
export function dataImport() {
  return machines["data-import"].definition((step) => functionArn(`longhaul-data-import-${step}`));
}

/** @returns the ARN of the published version. */
async function install(sfn: SFNClient, name: string, definition: object): Promise<string> {
  const { stateMachineVersionArn } = await sfn.send(
    new CreateStateMachineCommand({
      name,
      definition: JSON.stringify(definition),
      roleArn: "arn:aws:iam::000000000000:role/longhaul",
      publish: true,
    }),
  );
  return stateMachineVersionArn!;
}
