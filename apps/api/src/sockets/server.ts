import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Services } from "../context.js";
import { correlationHeader, correlationIdOf } from "../http/correlation.js";
import { isOwnHost } from "../http/own-hosts.js";
import { closeCodes, Connection } from "./connection.js";

/** The largest message from a client: an input of 200 kB with room around it. */
const maxPayload = 1_000_000;
/** How many clients one process holds; whoever comes beyond that is sent to another one. */
const maxClients = 20_000;
const tickMs = 1_000;
/** How long a client that was asked to come back has until its old connection is closed. */
const movingMs = 3_000;

export interface SocketOptions {
  path: string;
  /** Origins besides the server's own whose pages may connect. */
  allowedOrigins: readonly string[];
  /** The names under which it answers, besides those of this computer; without it, it answers under any. */
  ownHosts: readonly string[] | undefined;
}

export interface Sockets {
  /** Tells every client to come back later, then lets go of it. */
  close(): Promise<void>;
}

/** Serves the router over WebSocket on an HTTP server. The token comes in the first message. */
export function serveSockets(server: Server, services: Services, options: SocketOptions): Sockets {
  const { clock } = services;
  const wss = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const connections = new Set<Connection>();
  const forget = (connection: Connection) => void connections.delete(connection);

  server.on("upgrade", function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on("error", giveUp);
    const refusal = refusalOf(request, options, connections.size);
    if (refusal)
      return void socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    wss.handleUpgrade(request, socket, head, (client) => {
      const { searchParams } = new URL(request.url ?? "", "http://host");
      const connection = new Connection(client, socket, services, {
        correlationId: correlationIdOf(request.headers[correlationHeader]),
        introducesItself: searchParams.get("connectionParams") === "1",
        onEnd: forget,
      });
      connections.add(connection);
    });
  });

  const stopChecking = clock.every(tickMs, () => {
    const now = clock.now();
    for (const connection of connections) connection.checkTimes(now);
  });
  // Real time: a clock that jumps, as after a laptop's sleep, must not make everybody look silent.
  const pulse = setInterval(() => {
    for (const connection of connections) connection.checkPulse();
  }, tickMs).unref();

  return {
    async close() {
      stopChecking();
      clearInterval(pulse);
      for (const connection of connections) {
        connection.askBack();
        connection.close(closeCodes.restart, "The server is restarting.");
      }
      await new Promise<void>((resolve) => {
        const cancel = clock.after(movingMs, () => {
          for (const client of wss.clients) client.terminate();
        });
        wss.close(() => {
          cancel();
          resolve();
        });
      });
    },
  };
}

/** Stands alone: a function made for each socket would keep its whole request for as long as the socket is open. */
function giveUp(this: Duplex): void {
  this.destroy();
}

/** @returns the status line of the refusal, or null. Pages of other origins may not use a visitor's session. */
function refusalOf(
  request: IncomingMessage,
  { path, allowedOrigins, ownHosts }: SocketOptions,
  clients: number,
): string | null {
  if (!URL.canParse(request.url ?? "", "http://host")) return "400 Bad Request";
  if (new URL(request.url ?? "", "http://host").pathname !== path) return "404 Not Found";
  if (ownHosts && !isOwnHost(request.headers.host, ownHosts)) return "421 Misdirected Request";
  if (clients >= maxClients) return "503 Service Unavailable";
  const { origin, host } = request.headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return null;
  return URL.canParse(origin) && new URL(origin).host === host ? null : "403 Forbidden";
}
