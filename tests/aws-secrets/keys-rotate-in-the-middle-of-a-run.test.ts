import { randomBytes } from "node:crypto";
import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { type Connections, createConnections } from "@longhaul/connections";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SecretsWorld, startSecretsWorld } from "./secrets-client.js";

let world: SecretsWorld;
beforeAll(async () => {
  world = await startSecretsWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const key = () => randomBytes(32).toString("base64url");
const [old, next] = [key(), key()];
const document = (current: string, keys: Record<string, string>) => JSON.stringify({ current, keys });
const url = "http://127.0.0.1:9";
/** As each process of a step has it: with keys of its own reading. */
const aProcess = (keysSecret: string): Connections =>
  createConnections(
    {
      ...{ keysSecret, clientId: "client", adsUrl: url, loginUrl: url, tokenUrl: url, revokeUrl: url },
    },
    world.client,
  );
const rotate = (SecretId: string, SecretString: string) =>
  world.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
const purpose = "refresh:1";

it("opens at once what another process has sealed with a key that was added a moment ago", async () => {
  const { name } = await world.create("keys", document("k1", { k1: old }));
  const [running, later] = [aProcess(name).sealing, aProcess(name).sealing];
  const first = await running.seal("token 1", purpose);
  await rotate(name, document("k2", { k1: old, k2: next }));
  const second = await later.seal("token 2", purpose);
  expect(await running.open(second, purpose)).toBe("token 2");
  expect(await later.open(first, purpose)).toBe("token 1");
  // And seals with it from then on.
  const header = (await running.seal("token 3", purpose)).split(".")[0] ?? "";
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({ kid: "k2" });
});

it("asks for a new connection when the key that sealed it was taken away, and does not look for it again and again", async () => {
  const { name } = await world.create("gone", document("k1", { k1: old }));
  const sealed = await aProcess(name).sealing.seal("token", purpose);
  await rotate(name, document("k2", { k2: next }));
  let reads = 0;
  const counting = {
    send: ((command: never) => {
      reads += 1;
      return world.client.send(command);
    }) as typeof world.client.send,
  };
  const { sealing } = createConnections(
    {
      ...{ keysSecret: name, clientId: "client", adsUrl: url, loginUrl: url, tokenUrl: url, revokeUrl: url },
    },
    counting,
  );
  for (let time = 0; time < 5; time += 1)
    await expect(sealing.open(sealed, purpose)).rejects.toMatchObject({ code: "CONNECTION_UNREADABLE" });
  expect(reads).toBe(2);
});
