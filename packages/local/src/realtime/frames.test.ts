import { expect, it } from "vitest";
import { decodeFrame, encodeBroadcast, encodeFrame } from "./frames.js";

/** The binary broadcast of a client, as supabase-js writes it. */
function push(fields: [string, string, string, string, string], encoding: number, payload: Buffer): Buffer {
  const parts = fields.map((field) => Buffer.from(field));
  return Buffer.concat([Buffer.from([3, ...parts.map((part) => part.length), encoding]), ...parts, payload]);
}

it("reads a client's binary broadcast, counting bytes and not letters", () => {
  const data = push(["1", "7", "realtime:zürich", "tippt ✎", '{"persist":true}'], 1, Buffer.from('{"n":1}'));
  expect(decodeFrame(data, true)).toEqual({
    joinRef: "1",
    ref: "7",
    topic: "realtime:zürich",
    event: "broadcast",
    payload: { type: "broadcast", event: "tippt ✎", payload: { n: 1 }, meta: { persist: true } },
  });
});

it("refuses every binary frame that is cut off before its payload", () => {
  const whole = push(["1", "7", "realtime:a", "e", ""], 1, Buffer.from("{}"));
  for (let length = 0; length < whole.length - 2; length++) {
    expect(() => decodeFrame(whole.subarray(0, length), true)).toThrow();
  }
});

it.each(["", "{}", "[]", '[1,2,3,"e",{}]', "[null,null,null,null,null]", '["1","2","t","e"]'])(
  "refuses the text %s",
  (text) => {
    expect(() => decodeFrame(Buffer.from(text), false)).toThrow();
  },
);

it("reads back the text that it writes", () => {
  const frame = {
    joinRef: "1",
    ref: "2",
    topic: "realtime:a",
    event: "phx_reply",
    payload: { status: "ok", response: {} },
  };
  expect(decodeFrame(Buffer.from(encodeFrame(frame)), false)).toEqual(frame);
});

it("writes bytes as kind 4, and refuses a name that a length byte cannot count", () => {
  const frame = encodeBroadcast("realtime:a", { event: "e", payload: Buffer.from([1, 2]) }) as Buffer;
  expect([...frame.subarray(0, 5)]).toEqual([4, 10, 1, 0, 0]);
  expect([...frame.subarray(-2)]).toEqual([1, 2]);
  expect(() => encodeBroadcast("t", { event: "e".repeat(256), payload: Buffer.from([1]) })).toThrow(
    "255 bytes",
  );
});
