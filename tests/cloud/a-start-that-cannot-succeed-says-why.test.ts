import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CloudOptions, startCloud } from "@longhaul/local";
import { type LocalPostgres, StartError, startPostgres } from "@longhaul/local/postgres";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "longhaul-cloud-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function options(over: Partial<CloudOptions> = {}): CloudOptions {
  return {
    dataDir,
    ports: { aws: 0, supabase: 0, database: 0 },
    host: "127.0.0.1",
    simulation: false,
    ...over,
  };
}

/** The sentence of a start that fails; fails itself when the start succeeds. */
async function sentence(given: CloudOptions): Promise<string> {
  try {
    const cloud = await startCloud(given);
    await cloud.close();
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as StartError).message;
  }
  throw new Error("The start succeeded.");
}

it.each([
  ["aws", "LONGHAUL_AWS_PORT"],
  ["ads", "LONGHAUL_ADS_PORT"],
  ["supabase", "LONGHAUL_SUPABASE_PORT"],
  ["database", "LONGHAUL_DATABASE_PORT"],
])("names the variable that chooses another port for %s, and leaves nothing open", async (part, variable) => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const { port } = blocker.address() as AddressInfo;
  const ports = { aws: 0, supabase: 0, database: 0, [part]: port };
  const said = await sentence(options({ ports }));
  expect(said).toMatch(new RegExp(`^Port ${port} is taken by another program: .*${variable}\\.$`));
  blocker.close();
  await once(blocker, "close");
  if (part !== "supabase") return;
  // By then AWS and Postgres were open; they are closed again, and the same folder and port serve the next start.
  const cloud = await startCloud(options({ ports }));
  await cloud.close();
});

it("says that the data folder is a file", async () => {
  const file = join(dataDir, "a-file");
  await writeFile(file, "");
  expect(await sentence(options({ dataDir: file }))).toContain("LONGHAUL_DATA_DIR");
});

it.skipIf(!existsSync("/dev/full"))("says that the disk is full", async () => {
  await mkdir(join(dataDir, "postgres"));
  await symlink("/dev/full", join(dataDir, "postgres", "passwords.json.new"));
  expect(await sentence(options())).toBe(
    `The disk of the data folder ${dataDir} is full: make room and start again, what it holds is kept.`,
  );
});

it("says that the executions are damaged", async () => {
  await writeFile(join(dataDir, "stepfunctions"), "not a folder");
  expect(await sentence(options())).toContain(join(dataDir, "stepfunctions"));
});

describe("with the Postgres of DATABASE_URL", () => {
  let server: LocalPostgres;
  let serverDir: string;

  beforeAll(async () => {
    serverDir = await mkdtemp(join(tmpdir(), "longhaul-postgres-"));
    server = await startPostgres({ dataDir: serverDir, port: 0, durable: false });
  });
  afterAll(async () => {
    await server.stop();
    await rm(serverDir, { recursive: true, force: true });
  });

  it("starts, and starts again", async () => {
    const databaseUrl = server.adminUrl;
    const ids: string[] = [];
    for (const _ of [1, 2]) {
      await using cloud = await startCloud(options({ databaseUrl }));
      const api = postgres(cloud.env["DATABASE_URL"] ?? "", { max: 1 });
      const [row] = await api<{ role: string }[]>`select current_user::text as role`;
      await api.end();
      expect(row?.role).toBe("longhaul_api");
      const admin = postgres(databaseUrl, { max: 1 });
      const [user] = await admin<
        { id: string }[]
      >`select id from auth.users where email = ${cloud.demo!.email}`;
      await admin.end();
      ids.push(user!.id);
    }
    expect(ids[1]).toBe(ids[0]);
  });

  it("says that nobody answers there", async () => {
    const databaseUrl = "postgres://somebody@127.0.0.1:1/postgres";
    expect(await sentence(options({ databaseUrl }))).toContain(
      "The Postgres of DATABASE_URL does not answer",
    );
  });

  it("says that an address of several hosts is taken for none, without showing it", async () => {
    const databaseUrl = "postgres://somebody:s3cret@one:5432,two:5432/postgres";
    const said = await sentence(options({ databaseUrl }));
    expect(said).toContain("DATABASE_URL names several hosts");
    expect(said).not.toContain("s3cret");
  });

  it("says that the role is no superuser", async () => {
    const admin = postgres(server.adminUrl, { max: 1 });
    await admin`create role plain login password 'plain'`;
    await admin.end();
    const url = new URL(server.adminUrl);
    Object.assign(url, { username: "plain", password: "plain" });
    expect(await sentence(options({ databaseUrl: url.href }))).toContain(
      "DATABASE_URL signs in as plain, which is not a superuser.",
    );
  });

  it("leaves a Supabase project that is not its own alone", async () => {
    const admin = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
    await admin`create database theirs`;
    await admin.end();
    const databaseUrl = server.url("supabase_admin", "theirs");
    const theirs = postgres(databaseUrl, { max: 1 });
    await theirs`create schema auth`;
    await theirs.end();
    expect(await sentence(options({ databaseUrl }))).toContain("already belongs to a Supabase project");
  });
});
