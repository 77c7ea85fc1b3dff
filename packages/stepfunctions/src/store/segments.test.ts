import { mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type SegmentFile, segmentsIn } from "./segments.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), "segments-")));
  folders.push(made);
  return made;
}

function written(file: SegmentFile, bytes: Buffer, at: number): Promise<void> {
  return new Promise((resolve, reject) =>
    file.write(bytes, at, (error) => (error === null ? resolve() : reject(error))),
  );
}

test("a file is made of zeros, written anywhere, and also beyond its end", async () => {
  const segments = segmentsIn(folder());
  const file = await segments.create(7, 300_000);
  expect(segments.list()).toEqual([7]);
  expect(segments.read(7).equals(Buffer.alloc(300_000))).toBe(true);
  await written(file, Buffer.from("here"), 1_000);
  await written(file, Buffer.from("beyond"), 300_000);
  const bytes = segments.read(7);
  expect([bytes.toString("latin1", 1_000, 1_004), bytes.toString("latin1", 300_000)]).toEqual([
    "here",
    "beyond",
  ]);
  file.close();
  await segments.remove(7);
  expect(segments.list()).toEqual([]);
});

test.runIf(process.platform === "linux")("a write is over when it is on disk", async () => {
  const path = folder();
  const file = await segmentsIn(path).create(1, 512);
  const flags = readdirSync("/proc/self/fd")
    .filter((fd) => targetOf(fd).startsWith(path))
    .map((fd) => /flags:\s+([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "")
    .map((octal) => Number.parseInt(octal, 8));
  // O_DSYNC of Linux, on the file that is open for writing.
  expect(flags.map((each) => [each & 3, (each & 0o10000) !== 0])).toEqual([[1, true]]);
  file.close();
});

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}
