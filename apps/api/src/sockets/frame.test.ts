import type { Writable } from "node:stream";
import { expect, it } from "vitest";
import * as ws from "ws";
import { framed, textFrame } from "./frame.js";

const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** What a client of `ws` reads. */
function read(frame: Buffer): Promise<string> {
  const receiver = new Receiver({ isServer: false });
  return new Promise((resolve, reject) => {
    receiver.on("message", (data: Buffer, isBinary: boolean) =>
      isBinary ? reject(new Error("binary")) : resolve(data.toString()),
    );
    receiver.on("error", reject);
    receiver.write(frame);
  });
}

it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
  "%i bytes are read as they were written",
  async (length) => {
    const text = "x".repeat(length);
    expect(await read(textFrame(text))).toBe(text);
  },
);

it("counts bytes and not letters", async () => {
  const text = "größer ✎ ".repeat(12);
  expect(await read(textFrame(text))).toBe(text);
});

it.each([0, 1, 60, 125, 1_300, 65_500, 70_000])(
  "%i bytes between two texts are read whole",
  async (length) => {
    const middle = Buffer.from("ü".repeat(length));
    expect(await read(framed('{"id":1,"data":', middle, "}}"))).toBe(`{"id":1,"data":${middle.toString()}}}`);
  },
);
