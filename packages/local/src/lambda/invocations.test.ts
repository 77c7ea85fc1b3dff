import { afterEach, expect, it, vi } from "vitest";
import { Invocations, markOutput } from "./invocations.js";
import { ownerOf } from "./lines.js";

afterEach(() => vi.restoreAllMocks());

/** What one invocation's writes come to: the lines of its that the service reads. */
async function linesOf(write: () => void): Promise<{ read: string[]; counted: number }> {
  let out = "";
  const original = process.stdout.write;
  const errors = process.stderr.write;
  process.stdout.write = (text: string | Uint8Array) => {
    out += String(text);
    return true;
  };
  try {
    const invocations = new Invocations(2);
    const endLines = markOutput("mark:", invocations);
    const counted = await invocations.run(7, "request", async (running) => {
      write();
      endLines(running);
      return Promise.resolve(running.lines);
    });
    const lines = out.split("\n").slice(0, -1);
    return {
      read: lines.map((line) => ownerOf("mark:", line)).map(({ id, text }) => `${id} ${text}`),
      counted,
    };
  } finally {
    process.stdout.write = original;
    process.stderr.write = errors;
  }
}

it("puts together a character that is written in parts", async () => {
  const bytes = Buffer.from("zwölf €\nund mehr");
  const { read, counted } = await linesOf(() => {
    for (const byte of bytes) process.stdout.write(Buffer.from([byte]));
  });
  expect(read).toEqual(["7 zwölf €", "7 und mehr"]);
  expect(counted).toBe(2);
});

it("keeps no line that does not end, and marks each part of a long one", async () => {
  const part = "x".repeat(1_000);
  const { read, counted } = await linesOf(() => {
    for (let times = 0; times < 3_000; times += 1) process.stdout.write(part);
    process.stdout.write(`${part}\nend`);
  });
  expect(read.map((line) => line.replace("7 ", "")).join("")).toBe(`${part.repeat(3_001)}end`);
  expect(read.every((line) => line.startsWith("7 ") && line.length < 300_000)).toBe(true);
  expect(counted).toBe(read.length);
});
