import type { AppRouter } from "@longhaul/api";
import {
  createTRPCClient,
  createWSClient,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
  wsLink,
} from "@trpc/client";
import { EventSource } from "eventsource";
import { WebSocket } from "ws";
import type { Member } from "./members.js";

export type Client = TRPCClient<AppRouter>;
type TokenOf = string | (() => string);

/** Real tRPC clients on an API: over HTTP, WebSocket and server-sent events. */
export function clientsOf(apiUrl: string) {
  const url = `${apiUrl}/trpc`;
  const closers: (() => void)[] = [];
  const headersOf = (member: Pick<Member, "token"> | null, more: Record<string, string> = {}) => ({
    ...more,
    ...(member ? { authorization: `Bearer ${member.token}` } : {}),
  });
  const calls = (member: Pick<Member, "token"> | null, more?: Record<string, string>) =>
    httpLink<AppRouter>({ url, headers: () => headersOf(member, more) });

  return {
    url,
    http: (member: Pick<Member, "token"> | null, headers?: Record<string, string>): Client =>
      createTRPCClient<AppRouter>({ links: [calls(member, headers)] }),
    /** A client whose subscriptions, and only those, go over a WebSocket. The token is asked for at each connection. */
    ws(token: TokenOf, options: { onOpen?: () => void; onClose?: () => void } = {}): Client {
      const socket = createWSClient({
        url: url.replace("http", "ws"),
        WebSocket: WebSocket as never,
        connectionParams: () => ({ token: typeof token === "string" ? token : token() }),
        retryDelayMs: () => 20,
        ...options,
      });
      closers.push(() => void socket.close());
      return createTRPCClient<AppRouter>({ links: [wsLink<AppRouter>({ client: socket })] });
    },
    /** A client whose subscriptions come as server-sent events. */
    sse: (member: Pick<Member, "token">): Client =>
      createTRPCClient<AppRouter>({
        links: [
          splitLink({
            condition: ({ type }) => type === "subscription",
            true: httpSubscriptionLink<AppRouter, typeof EventSource>({
              url,
              EventSource,
              eventSourceOptions: {
                fetch: (input, init) =>
                  fetch(input, { ...init, headers: { ...init.headers, ...headersOf(member) } }),
              },
            }),
            false: calls(member),
          }),
        ],
      }),
    close: () => closers.splice(0).forEach((close) => close()),
  };
}
