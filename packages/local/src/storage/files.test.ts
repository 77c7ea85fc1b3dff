import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileStore } from "./files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longhaul-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (kept: string[] = []) =>
  FileStore.open(folder, async (asked) => new Set(asked.filter((one) => kept.includes(one))));
const onDisk = () =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.split("/")[0])
    .sort();
const text = async (store: FileStore, version: string) =>
  (await (await store.read(version, { start: 0, end: 99 })).setEncoding("utf8").toArray()).join("");

it("settles at the next start what a kill left between file and row", async () => {
  const store = await open();
  const [begun, linked, committed] = await Promise.all(
    ["begun", "linked", "committed"].map((body) => store.receive(Readable.from([Buffer.from(body)]), 100)),
  );
  if (!begun || !linked || !committed) throw new Error("not received");
  await store.keep(linked.version);
  await store.keep(committed.version);
  expect(onDisk()).toEqual(["objects", "objects", "uploading", "uploading", "uploading"]);

  // Killed here: only the third has its row.
  const next = await open([committed.version]);
  expect(onDisk()).toEqual(["objects"]);
  expect(await text(next, committed.version)).toBe("committed");
});

it("keeps nothing of a body that is too large or breaks off", async () => {
  const store = await open();
  await expect(store.receive(Readable.from([Buffer.alloc(60), Buffer.alloc(60)]), 100)).rejects.toThrow(
    "maximum allowed size",
  );
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(10);
      throw new Error("line cut");
    })(),
  );
  await expect(store.receive(broken, 100)).rejects.toThrow("line cut");
  expect(onDisk()).toEqual([]);
  expect(await store.receive(Readable.from([Buffer.from("abc")]), 3)).toMatchObject({
    size: 3,
    md5: "900150983cd24fb0d6963f7d28e17f72",
  });
});

it("lets a reader finish a file that is removed meanwhile", async () => {
  const store = await open();
  const { version } = await store.receive(Readable.from([Buffer.from("still here")]), 100);
  await store.keep(version);
  const stream = await store.read(version, { start: 0, end: 99 });
  await store.remove(version);
  expect((await stream.setEncoding("utf8").toArray()).join("")).toBe("still here");
});
