import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aws } from "./env.js";
import { type SecretsWorld, startSecretsWorld } from "./secrets-client.js";

let world: SecretsWorld;
beforeAll(async () => {
  world = await startSecretsWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const failing = (name: string, message?: RegExp) =>
  expect.objectContaining({ name, ...(message && { message: expect.stringMatching(message) }) });

describe("a secret's value", () => {
  it("is read by name, by ARN, and by the ARN without its letters", async () => {
    const { name, arn } = await world.create("read");
    for (const id of [name, arn, arn.slice(0, -7)]) expect(await world.read(id)).toBe("the value of read");
    expect(arn).toMatch(new RegExp(`:secret:${name}-[A-Za-z]{6}$`));
  });

  it("may be bytes, and comes back as it was", async () => {
    const Name = world.name("bytes");
    const SecretBinary = Buffer.from([0, 255, 128, 10]);
    await world.client.send(new CreateSecretCommand({ Name, SecretBinary }));
    const got = await world.client.send(new GetSecretValueCommand({ SecretId: Name }));
    expect(Buffer.from(got.SecretBinary!)).toEqual(SecretBinary);
    expect(got).toMatchObject({ VersionStages: ["AWSCURRENT"] });
    expect(got.SecretString).toBeUndefined();
    expect(got.CreatedDate).toBeInstanceOf(Date);
  });

  it("moves AWSCURRENT to each new one and AWSPREVIOUS to the one before", async () => {
    const { name, version: first } = await world.create("stages", "one");
    const put = (SecretString: string) =>
      world.client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
    const { VersionId: second = "" } = await put("two");
    expect(await world.stages(name)).toEqual({ [second]: ["AWSCURRENT"], [first]: ["AWSPREVIOUS"] });
    const { VersionId: third = "" } = await world.client.send(
      new UpdateSecretCommand({ SecretId: name, SecretString: "three", Description: "renewed" }),
    );
    expect(await world.stages(name)).toEqual({ [third]: ["AWSCURRENT"], [second]: ["AWSPREVIOUS"] });
    expect(await world.read(name)).toBe("three");
    expect(await world.read(name, { VersionStage: "AWSPREVIOUS" })).toBe("two");
    const list = { SecretId: name, IncludeDeprecated: true };
    const { Versions = [] } = await world.client.send(new ListSecretVersionIdsCommand(list));
    expect(Versions.map(({ VersionId }) => VersionId).toSorted()).toEqual([first, second, third].toSorted());
    const staged = await world.client.send(new ListSecretVersionIdsCommand({ SecretId: name }));
    expect(staged.Versions).toHaveLength(2);
  });

  it("is taken once for a token, however often it is sent", async () => {
    const { name } = await world.create("tokens", "one");
    const ClientRequestToken = randomUUID();
    const put = (SecretString: string) =>
      world.client.send(new PutSecretValueCommand({ SecretId: name, SecretString, ClientRequestToken }));
    expect((await put("two")).VersionId).toBe(ClientRequestToken);
    await put("two");
    expect(Object.keys(await world.stages(name))).toHaveLength(2);
    await expect(put("three")).rejects.toEqual(failing("ResourceExistsException"));
    expect(await world.read(name)).toBe("two");
  });

  it("may wait under a stage of its own until it becomes the current one", async () => {
    const { name, version: first } = await world.create("waits", "old");
    const { VersionId: second = "" } = await world.client.send(
      new PutSecretValueCommand({ SecretId: name, SecretString: "new", VersionStages: ["AWSPENDING"] }),
    );
    expect(await world.read(name)).toBe("old");
    const move = (more: object) =>
      world.client.send(
        new UpdateSecretVersionStageCommand({ SecretId: name, VersionStage: "AWSCURRENT", ...more }),
      );
    await expect(move({ MoveToVersionId: second })).rejects.toEqual(
      failing("InvalidParameterException", /RemoveFromVersionId/),
    );
    await expect(move({ RemoveFromVersionId: first })).rejects.toEqual(failing("InvalidParameterException"));
    await move({ MoveToVersionId: second, RemoveFromVersionId: first });
    expect(await world.read(name)).toBe("new");
    expect((await world.stages(name))[second]?.toSorted()).toEqual(["AWSCURRENT", "AWSPENDING"]);
    expect((await world.stages(name))[first]).toEqual(["AWSPREVIOUS"]);
  });
});

describe("a secret that is not to be had", () => {
  it("is told apart: none, no such version, no such stage, a stage of another version", async () => {
    const { name, version } = await world.create("told-apart");
    await expect(world.read(world.name("nobody"))).rejects.toEqual(
      failing("ResourceNotFoundException", /can't find the specified secret\./),
    );
    await expect(world.read(name, { VersionId: randomUUID() })).rejects.toEqual(
      failing("ResourceNotFoundException"),
    );
    await expect(world.read(name, { VersionStage: "AWSPENDING" })).rejects.toEqual(
      failing("ResourceNotFoundException", /AWSPENDING/),
    );
    await expect(world.read(name, { VersionId: version, VersionStage: "AWSPREVIOUS" })).rejects.toThrow();
  });

  it("keeps its name while it is marked for deletion, and comes back when it is restored", async () => {
    const { name } = await world.create("restored", "kept");
    const { DeletionDate } = await world.client.send(
      new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }),
    );
    expect(DeletionDate!.getTime()).toBeGreaterThan(Date.now() + 6.9 * 86_400_000);
    await expect(world.read(name)).rejects.toEqual(failing("InvalidRequestException", /marked for deletion/));
    await expect(world.create("restored")).rejects.toEqual(failing("InvalidRequestException"));
    const { DeletedDate } = await world.client.send(new DescribeSecretCommand({ SecretId: name }));
    expect(DeletedDate).toBeInstanceOf(Date);
    await world.client.send(new RestoreSecretCommand({ SecretId: name }));
    expect(await world.read(name)).toBe("kept");
  });

  it("is gone at once where no recovery is wanted", async () => {
    const { name } = await world.create("gone");
    const both = { SecretId: name, RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true };
    await expect(world.client.send(new DeleteSecretCommand(both))).rejects.toEqual(
      failing("InvalidParameterException"),
    );
    await world.client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
    await expect.poll(() => world.read(name).catch((error: Error) => error.name)).toMatch(/Exception/);
  });
});

describe("what is refused", () => {
  it.each([
    ["a second one of a name", { Name: "taken", SecretString: "other" }, "ResourceExistsException"],
    ["text and bytes", { SecretString: "a", SecretBinary: Buffer.from("a") }, "InvalidParameterException"],
    ["a name with spaces", { Name: "two words", SecretString: "a" }, "ValidationException"],
    ["more than 65,536 bytes", { SecretString: "é".repeat(32_769) }, "ValidationException"],
  ])("%s", async (_what, input, error) => {
    if ("Name" in input && input.Name === "taken") await world.create("taken", "first");
    const Name = world.name("Name" in input ? input.Name : "refused");
    await expect(world.client.send(new CreateSecretCommand({ ...input, Name }))).rejects.toEqual(
      failing(error),
    );
  });

  it("a rotation where no function rotates", async () => {
    const { name } = await world.create("no-function");
    await expect(world.client.send(new RotateSecretCommand({ SecretId: name }))).rejects.toEqual(
      failing("InvalidRequestException", /No Lambda rotation function/),
    );
  });

  it.runIf(aws === undefined)("an operation that is not there, by its name", async () => {
    const { url } = world.local.aws;
    const response = await fetch(url, {
      method: "POST",
      headers: { "x-amz-target": "secretsmanager.ReplicateSecretToRegions" },
      body: "{}",
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/does not have Secrets Manager ReplicateSecretToRegions/);
  });
});

describe("the list", () => {
  it("goes through all pages, filtered by what names begin with", async () => {
    const made = await Promise.all(["a", "b", "c", "d", "e"].map((one) => world.create(`list/${one}`)));
    const prefix = made[0]!.name.slice(0, -1);
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const Filters = [{ Key: "name" as const, Values: [prefix, `!${prefix}e`] }];
      const page = await world.client.send(new ListSecretsCommand({ Filters, MaxResults: 3, NextToken }));
      found.push(...page.SecretList!.map(({ Name }) => Name!));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(found.toSorted()).toEqual(made.slice(0, 4).map(({ name }) => name));
  });
});
