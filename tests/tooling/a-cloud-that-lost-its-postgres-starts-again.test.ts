import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Longhaul } from "../../tooling/longhaul.mjs";

const said: string[] = [];
let dataDir: string;
let longhaul: Longhaul;
/** Resolves with the sentence with which it gives up. */
let givenUp: Promise<string>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "longhaul-start-"));
  for (const name of ["AWS", "ADS", "SUPABASE", "DATABASE"]) vi.stubEnv(`LONGHAUL_${name}_PORT`, "0");
  const port = await freePort();
  const settings = { dataDir, port, url: `http://127.0.0.1:${port}` };
  said.length = 0;
  givenUp = new Promise((onEnd) => {
    const say = (sentence: string) => void said.push(sentence);
    longhaul = new Longhaul(settings, { say, onEnd, webDir: null });
  });
  await longhaul.start();
  said.push("started");
});
afterEach(async () => {
  await longhaul.stop();
  vi.unstubAllEnvs();
  await rm(dataDir, { recursive: true, force: true });
});

const killPostgres = () =>
  process.kill(
    Number(readFileSync(join(dataDir, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]),
    "SIGKILL",
  );

test("a Postgres that was killed is started again, with the cloud around it, also without a log", async () => {
  await rm(join(dataDir, "logs"), { recursive: true });
  killPostgres();
  await vi.waitFor(() => expect(said).toContain("It is running again."), { timeout: 60_000 });
  expect(said.slice(1)).toEqual([
    "Postgres ended unexpectedly (SIGKILL).",
    "The local cloud ended unexpectedly (exit code 1) and is being started again.",
    "It is running again.",
  ]);
}, 120_000);

test("what keeps it from starting again is tried a few times, one start at a time, and said at the end", async () => {
  await writeFile(join(dataDir, "postgres/data/PG_VERSION"), "16\n");
  killPostgres();
  const end = await givenUp;
  const [why] = said.filter((sentence) => sentence.includes("was made by Postgres 16"));
  expect(end).toBe(`The local cloud ended unexpectedly (exit code 1) too often: ${why}`);
  expect(said.filter((sentence) => sentence === why)).toHaveLength(4);
  expect(said.filter((sentence) => sentence.includes("being started again"))).toHaveLength(4);
  expect(said).not.toContain("It is running again.");
}, 120_000);
