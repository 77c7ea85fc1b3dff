import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsCalls, awsTransfers } from "@longhaul/kit/step";
import { expect, it, vi } from "vitest";

// Each waits as long as it may.
vi.setConfig({ testTimeout: 60_000 });

const account = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
};

async function serve(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const silent: RequestListener = () => {};
const half: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.1", "content-length": "1000" });
  response.write('{"SecretString":"a secret that');
};

it.concurrent.each([
  ["that does not answer", silent],
  ["that stops in the middle of its answer", half],
])("a call fails at a service %s", async (_which, answer) => {
  await using service = await serve(answer);
  const client = new SecretsManagerClient({
    ...account,
    endpoint: service.endpoint,
    requestHandler: awsCalls,
  });
  await expect(client.send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject({
    name: "TimeoutError",
  });
});

it.concurrent.each([
  ["that does not answer", silent],
  ["that stops in the middle of a file", half],
])("a transfer fails at a service %s", async (_which, answer) => {
  await using service = await serve(answer);
  const client = new S3Client({
    ...account,
    endpoint: service.endpoint,
    forcePathStyle: true,
    requestHandler: awsTransfers,
  });
  const read = async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "a", Key: "b" }));
    return Body?.transformToByteArray();
  };
  await expect(read()).rejects.toMatchObject({ name: "TimeoutError" });
});
