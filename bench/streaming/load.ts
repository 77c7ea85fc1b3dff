// The watchers, in a process of their own: stock clients of tRPC's, each with a socket and a run of its own.
import type { AppRouter } from "@longhaul/api";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { WebSocket } from "ws";
import { type FromLoad, now, type ToLoad } from "./messages.js";
import { usage } from "./usage.js";

/** How many connect at the same time. */
const lane = 50;
let latencies: number[] = [];
let wanted = 0;

const tell = (message: FromLoad) => process.send?.(message);

function delivered(at: number): void {
  if (wanted === 0) return;
  latencies.push(now() - at);
  if (latencies.length < wanted) return;
  wanted = 0;
  tell({ type: "delivered", latencies });
}

function watchRun(url: string, token: string, runId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = createWSClient({
      url: `${url.replace("http", "ws")}/trpc`,
      WebSocket: WebSocket as never,
      connectionParams: { token },
    });
    const api = createTRPCClient<AppRouter>({ links: [wsLink<AppRouter>({ client })] });
    api.runs.watch.subscribe(
      { runId },
      {
        onData({ data: message }) {
          resolve();
          for (const { type, data } of "events" in message ? message.events : [])
            if (type === "step.log") delivered(Number(data["message"]));
        },
        onError: reject,
      },
    );
  });
}

function watchBare(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.once("open", resolve);
    socket.once("error", reject);
    socket.on("message", (data: Buffer) => delivered((JSON.parse(data.toString()) as { at: number }).at));
  });
}

async function connectAll({ kind, url, token, runs }: Extract<ToLoad, { type: "connect" }>): Promise<void> {
  const waiting = [...runs];
  const connect = async () => {
    for (let run = waiting.pop(); run !== undefined; run = waiting.pop()) {
      await (kind === "bare" ? watchBare(url) : watchRun(url, token, run));
    }
  };
  await Promise.all(Array.from({ length: lane }, connect));
  tell({ type: "connected" });
}

process.on("message", (message: ToLoad) => {
  if (message.type === "connect") {
    connectAll(message).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  } else if (message.type === "begin") {
    latencies = [];
    wanted = message.deliveries;
  } else {
    void usage(message.collect).then(tell);
  }
});
process.on("disconnect", () => process.exit(0));
