import { expect, it } from "vitest";
import { Hub } from "./hub.js";

it("loses messages without a word while its feed is silent", () => {
  const hub = new Hub();
  const sent: string[] = [];
  const socket = {
    readyState: 1,
    OPEN: 1,
    bufferedAmount: 0,
    send: (frame: string) => sent.push(String(frame)),
  };
  hub.add(true, "room", { socket: socket as never, clientTopic: "realtime:room", self: false });
  const say = (n: number) =>
    hub.broadcast(true, "room", { event: "told", payload: { n }, meta: { id: "id" } });
  say(1);
  hub.delivers = false;
  say(2);
  hub.delivers = true;
  say(3);
  expect(sent.map((frame) => /"n":(\d)/.exec(frame)?.[1])).toEqual(["1", "3"]);
});
