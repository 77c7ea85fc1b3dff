import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { post } from "./post.js";

/** Posts to somebody who answers with this text, whatever it is asked, and then says nothing more. */
async function postTo(text: string, timeoutMs: number) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.write(text));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return await post(`http://127.0.0.1:${port}/`, {}, "{}", { rules: { loopback: true }, timeoutMs });
  } finally {
    server.close();
  }
}

it("takes an offer to speak another protocol for the answer that it is", async () => {
  const offer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  expect(await postTo(offer, 5_000)).toEqual({ status: 101, body: "" });
});

it.each([
  ["says that it will answer, and does not", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(20)],
  ["begins a piece that never ends", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n"],
  ["says nothing after its first line", "HTTP/1.1 200 OK\r\n"],
])("waits for no one who %s", async (_, text) => {
  await expect(postTo(text, 50)).rejects.toThrow("no answer within");
});

it.each([
  ["speaks another protocol", "SSH-2.0-OpenSSH_8.9\r\n"],
  ["sends headers without end", `HTTP/1.1 200 OK\r\nX: ${"a".repeat(100_000)}\r\n\r\n`],
  ["gives two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"],
])("has no answer of one who %s", async (_, text) => {
  await expect(postTo(text, 5_000)).rejects.toThrow("broke before there was an answer");
});
