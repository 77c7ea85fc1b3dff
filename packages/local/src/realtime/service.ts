import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { callerOf } from "../supabase/caller.js";
import { apiKeyOf } from "../supabase/http.js";
import type { RealtimeContext } from "./channel.js";
import { Connection } from "./connection.js";
import { deliverMessages } from "./messages.js";

/** Hosted cuts a connection that sends nothing, not even a heartbeat, for a minute. */
const idleSeconds = 60;
const largestMessage = 3 * 1024 * 1024;

/** "silent" loses every message without a word, "off" cuts all connections and takes none. */
export type FeedState = "on" | "silent" | "off";

export interface Realtime {
  /** Set by a test or a developer: feeds drop, and nothing may depend on one. */
  feed: FeedState;
  /** Takes over a request that wants to be a WebSocket. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void>;
  close(): Promise<void>;
}

/** The Realtime service of /realtime/v1: broadcast channels over WebSocket, fed by clients and by realtime.send. */
export async function openRealtime(context: RealtimeContext): Promise<Realtime> {
  const stopDelivery = await deliverMessages(context.sql, context.hub, context.logger);
  const server = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  const heardFrom = new WeakMap<WebSocket, number>();
  server.on("connection", (socket) => {
    heardFrom.set(socket, Date.now());
    socket.on("message", () => heardFrom.set(socket, Date.now()));
  });
  const watch = setInterval(() => {
    for (const socket of server.clients) {
      if (Date.now() - (heardFrom.get(socket) ?? 0) > idleSeconds * 1000) socket.terminate();
    }
  }, 10_000);
  watch.unref();
  let feed: FeedState = "on";

  return {
    get feed() {
      return feed;
    },
    set feed(state) {
      feed = state;
      context.hub.delivers = state !== "silent";
      if (state === "off") for (const socket of server.clients) socket.terminate();
    },
    async upgrade(req, socket, head, url) {
      const key = apiKeyOf(req, url.searchParams) ?? "";
      const claims = await context.keys.verify(key).catch(() => null);
      if (url.pathname !== "/realtime/v1/websocket")
        return refuse(socket, 404, `There is no WebSocket at ${url.pathname}`);
      if (claims === null || callerOf(claims) === null) return refuse(socket, 401, "Invalid API key");
      if ((url.searchParams.get("vsn") ?? "1.0.0") !== "2.0.0") {
        return refuse(socket, 400, "The local Realtime speaks protocol version 2.0.0 only (vsn=2.0.0)");
      }
      if (feed === "off") return refuse(socket, 503, "Realtime is switched off");
      server.handleUpgrade(req, socket, head, (client) => {
        new Connection(context, client, key);
        server.emit("connection", client, req);
      });
    },
    async close() {
      clearInterval(watch);
      for (const socket of server.clients) socket.close(1001, "server stops");
      server.close();
      const patience = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, 500);
      patience.unref();
      await stopDelivery();
    },
  };
}

export function refuse(socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
