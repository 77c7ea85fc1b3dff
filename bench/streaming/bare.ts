// The least that a server of WebSockets can do: the same bytes to each client, from memory.
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { now } from "./messages.js";
import { serveParent } from "./server.js";

/** About as long as a run's message with one event. */
const padding = "x".repeat(1_200);
const wss = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
await new Promise((resolve) => wss.once("listening", resolve));
const say = (client: WebSocket) => client.send(JSON.stringify({ at: now(), padding }));

serveParent(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`, (message) => {
  const clients = [...wss.clients];
  if (message.type === "burst") return clients.forEach(say);
  if (message.type !== "trickle") return;
  let left = message.deliveries;
  const timer = setInterval(() => {
    for (let count = 0; count < message.aSecond / 50 && left > 0; count += 1, left -= 1) {
      const client = clients[Math.floor(Math.random() * clients.length)];
      if (client) say(client);
    }
    if (left === 0) clearInterval(timer);
  }, 20);
});
