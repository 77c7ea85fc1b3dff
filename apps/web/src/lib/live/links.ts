import {
  createWSClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCLink,
  wsLink,
} from "@trpc/client";
import { EventSource } from "eventsource";
import type { AppRouter } from "../trpc.js";
import { LiveTransport } from "./transport.js";

/** Gives the access token of now, refreshed when it is about to expire; null when signed out. */
export type TokenSource = () => Promise<string | null>;

export interface Connection {
  readonly links: TRPCLink<AppRouter>[];
  readonly transport: LiveTransport;
  close(): void;
}

const path = "/trpc";
const probeTimeoutMs = 5000;

function socketUrl(): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Whether a WebSocket can be opened at this moment. */
function probeSocket(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketUrl());
    const done = (opened: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(opened);
    };
    const timer = setTimeout(() => done(false), probeTimeoutMs);
    socket.onopen = () => done(true);
    socket.onerror = () => done(false);
  });
}

async function authorization(token: TokenSource): Promise<Record<string, string>> {
  const current = await token();
  return current ? { authorization: `Bearer ${current}` } : {};
}

/** Server-sent events read with fetch: the token travels in a header, anew for each connection, not in the URL. */
function streamLink(token: TokenSource): TRPCLink<AppRouter> {
  return httpSubscriptionLink<AppRouter, typeof EventSource>({
    url: path,
    EventSource,
    eventSourceOptions: {
      fetch: async (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, ...(await authorization(token)) } }),
    },
  });
}

/** Everything the page says to the API: calls over HTTP, subscriptions as the transport decides. */
export function createConnection(token: TokenSource): Connection {
  const transport = new LiveTransport(probeSocket);
  const socket = createWSClient({
    url: socketUrl,
    connectionParams: async () => ({ token: (await token()) ?? "" }),
    lazy: { enabled: true, closeMs: 5000 },
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5000 },
    retryDelayMs: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
    onClose: () => transport.failed("socket"),
  });
  // A client that is not closed would go on trying behind the fallback's back.
  const forget = transport.subscribe(() => {
    if (transport.get().mode !== "socket") void socket.close();
  });
  const calls = httpBatchLink<AppRouter>({ url: path, headers: () => authorization(token) });
  const links: TRPCLink<AppRouter>[] = [
    splitLink<AppRouter>({
      condition: (operation) => operation.type === "subscription",
      true: splitLink<AppRouter>({
        condition: () => transport.get().mode === "socket",
        true: wsLink<AppRouter>({ client: socket }),
        false: streamLink(token),
      }),
      false: calls,
    }),
  ];
  return {
    links,
    transport,
    close() {
      forget();
      void socket.close();
    },
  };
}
