import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeSecretCommand, RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { testFunction } from "../aws/local-aws.js";
import { aws } from "./env.js";
import { type SecretsWorld, startSecretsWorld } from "./secrets-client.js";

const rotates = () => testFunction("rotates", { entry: new URL("./handlers/rotates.mjs", import.meta.url) });

async function start(dataDir?: string): Promise<SecretsWorld> {
  return startSecretsWorld({ functions: [rotates()], ...(dataDir && { dataDir }) });
}

const rotate = (world: SecretsWorld, SecretId: string) =>
  world.client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN: "rotates" }));

describe.runIf(aws === undefined)("rotation by a function", () => {
  it("calls it with the four steps and ends with a new current value", async () => {
    await using world = await start();
    const { name, version: first } = await world.create("database", "first");
    const { VersionId: second = "" } = await rotate(world, name);
    await expect
      .poll(() => world.stages(name))
      .toEqual({ [second]: ["AWSCURRENT"], [first]: ["AWSPREVIOUS"] });
    expect(await world.read(name)).toBe("after first");
    await expect
      .poll(() => world.client.send(new DescribeSecretCommand({ SecretId: name })))
      .toMatchObject({ RotationEnabled: true, LastRotatedDate: expect.any(Date) });
    const { VersionId: third = "" } = await rotate(world, name);
    await expect.poll(() => world.read(name)).toBe("after after first");
    expect((await world.stages(name))[third]).toContain("AWSCURRENT");
  });

  it("leaves the old value where the function fails, says so, and tries again when asked", async () => {
    await using world = await start();
    const { name, version } = await world.create("refused", "fail at testSecret");
    await rotate(world, name);
    await expect.poll(() => world.local.errors, { timeout: 30_000 }).toHaveLength(1);
    expect((await world.stages(name))[version]).toEqual(["AWSCURRENT"]);
    expect(await world.read(name)).toBe("fail at testSecret");
    await expect(rotate(world, name)).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining("previous rotation isn't complete"),
    });
  });

  it("refuses a function that is not there", async () => {
    await using world = await start();
    const { name } = await world.create("lonely");
    const command = new RotateSecretCommand({ SecretId: name, RotationLambdaARN: "nobody" });
    await expect(world.client.send(command)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe.runIf(aws === undefined)("secrets on disk", () => {
  it("are sealed, for their owner only, and there after a restart", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "longhaul-secrets-"));
    const value = "a-value-that-nobody-finds-on-disk";
    try {
      let name: string;
      {
        await using world = await start(dataDir);
        ({ name } = await world.create("kept", value));
      }
      const folder = join(dataDir, "secrets-manager");
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, "key"))).mode & 0o777).toBe(0o600);
      for (const file of await readdir(folder))
        expect((await readFile(join(folder, file))).includes(value)).toBe(false);
      await using world = await start(dataDir);
      expect(await world.read(name)).toBe(value);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
