import type { AppRouter } from "@longhaul/api";
import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
  type TRPCLink,
  wsLink,
} from "@trpc/client";
import { EventSource } from "eventsource";
import { LonghaulError } from "./errors.js";
import { LiveTransport } from "./live/transport.js";

/** Gives the access token of now, refreshed when it is about to expire; null when signed out. */
export type TokenSource = () => string | null | Promise<string | null>;

export interface ConnectionOptions {
  /** Where the API answers, e.g. "https://longhaul.example.com". */
  url: string;
  token: TokenSource;
  /** By default that of the platform. Without any (Node before 22) changes come as server-sent events. */
  WebSocket?: typeof globalThis.WebSocket | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

/** Everything that is said to the API: calls over HTTP, subscriptions as the transport decides. */
export interface Connection {
  readonly client: TRPCClient<AppRouter>;
  /** The same connection for another client of tRPC's, such as its React hooks. */
  readonly links: TRPCLink<AppRouter>[];
  readonly transport: LiveTransport;
  close(): void;
}

const path = "/trpc";
const probeTimeoutMs = 5000;
/** A socket that nothing is watched over is closed after this time. */
const idleMs = 5000;
/**
 * What a socket that was closed without a code reports, as the client does with an idle one. Its end may come when the next view
 * is open already, over a new socket, and is no loss of that.
 */
const closedByUs = 1005;

/** Opens nothing before the first call. */
export function createConnection(options: ConnectionOptions): Connection {
  const url = new URL(path, options.url).href;
  const platform = {
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    WebSocket: options.WebSocket ?? (globalThis as { WebSocket?: typeof WebSocket }).WebSocket,
  };
  const authorization = () => authorizationOf(options.token);
  const streams = streamLink(url, platform.fetch, authorization);
  const sockets = platform.WebSocket && socketLink(url, platform.WebSocket, options.token);
  const transport = sockets?.transport ?? new LiveTransport(null);
  const links: TRPCLink<AppRouter>[] = [
    splitLink<AppRouter>({
      condition: ({ type }) => type === "subscription",
      true: sockets
        ? splitLink<AppRouter>({
            condition: () => transport.get().mode === "socket",
            true: sockets.link,
            false: streams,
          })
        : streams,
      false: httpBatchLink<AppRouter>({ url, headers: authorization, fetch: platform.fetch }),
    }),
  ];
  return {
    client: createTRPCClient<AppRouter>({ links }),
    links,
    transport,
    close: () => sockets?.close(),
  };
}

async function authorizationOf(token: TokenSource): Promise<Record<string, string>> {
  const current = await tokenOf(token);
  return current ? { authorization: `Bearer ${current}` } : {};
}

/** @throws LonghaulError what the source threw, which is no fault of the API or of the way to it */
async function tokenOf(token: TokenSource): Promise<string | null> {
  try {
    return await token();
  } catch (error) {
    if (error instanceof LonghaulError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LonghaulError(`No access token could be had: ${reason}`, "UNKNOWN", [], null, error);
  }
}

/** Server-sent events read with fetch: the token travels in a header, anew for each connection, not in the URL. */
function streamLink(
  url: string,
  fetch: typeof globalThis.fetch,
  authorization: () => Promise<Record<string, string>>,
): TRPCLink<AppRouter> {
  return httpSubscriptionLink<AppRouter, typeof EventSource>({
    url,
    EventSource,
    eventSourceOptions: {
      fetch: async (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, ...(await authorization()) } }),
    },
  });
}

function socketLink(httpUrl: string, WebSocket: typeof globalThis.WebSocket, token: TokenSource) {
  const url = httpUrl.replace(/^http/, "ws");
  const transport = new LiveTransport(() => probe(url, WebSocket));
  const client = createWSClient({
    url,
    WebSocket,
    connectionParams: async () => ({ token: (await tokenOf(token)) ?? "" }),
    lazy: { enabled: true, closeMs: idleMs },
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5000 },
    retryDelayMs: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
    onClose: (cause) => {
      if (cause?.code !== closedByUs) transport.failed("socket");
    },
  });
  // A client that is not closed would go on trying behind the fallback's back.
  const forget = transport.subscribe(() => {
    if (transport.get().mode !== "socket") void client.close();
  });
  return {
    transport,
    link: wsLink<AppRouter>({ client }),
    close() {
      forget();
      void client.close();
    },
  };
}

/** Whether a WebSocket can be opened at this moment. */
function probe(url: string, WebSocket: typeof globalThis.WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
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
