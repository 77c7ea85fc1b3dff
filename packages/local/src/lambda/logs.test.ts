import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openFunctionLogs } from "./logs.js";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "longhaul-logs-")), "lambda");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

const linesOf = async (name: string) =>
  (await readFile(join(folder, name), "utf8")).split("\n").flatMap((line) => {
    return line === "" ? [] : [(JSON.parse(line) as { message: string }).message];
  });
/** Until what was written so far is in the file. */
const shown = (name: string, lines: string[]) =>
  vi.waitFor(async () => expect(await linesOf(name)).toEqual(lines), { interval: 5 });

test("every line is kept, in order, whatever comes while others are written", async () => {
  const logs = openFunctionLogs(folder);
  const all: string[] = [];
  for (let index = 0; index < 500; index += 1) {
    logs.write("one", null, `${index}`);
    all.push(`${index}`);
    if (index % 7 === 0) await Promise.resolve();
    if (index % 50 === 0) await logs.flush();
  }
  logs.write("two", "request", "other");
  await logs.flush();
  expect(await linesOf("one.log")).toEqual(all);
  expect(await linesOf("two.log")).toEqual(["other"]);
});

test("a file is opened once a second however many lines come, and one that is taken away comes anew", async () => {
  const logs = openFunctionLogs(folder);
  logs.write("one", null, "first");
  await shown("one.log", ["first"]);
  await rename(join(folder, "one.log"), join(folder, "aside.log"));
  logs.write("one", null, "second");
  await shown("aside.log", ["first", "second"]);
  await vi.advanceTimersByTimeAsync(1_000);
  logs.write("one", null, "third");
  await logs.flush();
  expect(await linesOf("one.log")).toEqual(["third"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a file of ten megabytes moves aside, with the bytes that were there before", async () => {
  const logs = openFunctionLogs(folder);
  logs.write("one", null, "first");
  await logs.flush();
  await writeFile(join(folder, "one.log"), `${JSON.stringify({ message: "x".repeat(11_000_000) })}\n`);
  logs.write("one", null, "second");
  logs.write("one", null, "third");
  await logs.flush();
  expect(await linesOf("one.log")).toEqual(["second", "third"]);
  expect((await readdir(folder)).sort()).toEqual(["one.1.log", "one.log"]);
});

test("what cannot be written is lost, and what comes later is not", async () => {
  const logs = openFunctionLogs(folder);
  // Stands where the folder is to be.
  await writeFile(folder, "");
  logs.write("one", null, "lost");
  await logs.flush();
  await rm(folder);
  logs.write("one", null, "kept");
  await logs.flush();
  expect(await linesOf("one.log")).toEqual(["kept"]);
});
