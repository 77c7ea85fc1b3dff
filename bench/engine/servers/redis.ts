import { spawnSync } from "node:child_process";
import { createConnection } from "node:net";
import { freePorts, Missing, type Server, startProgram } from "./server.js";

/** The machine's redis-server with an append-only file that is synced at each write. */
export async function startRedis(directory: string): Promise<Server> {
  if (spawnSync("redis-server", ["--version"]).status !== 0)
    throw new Missing("there is no redis-server on this machine (Debian: apt-get install redis-server)");
  const [port = 0] = await freePorts(1);
  const settings = { port, bind: "127.0.0.1", dir: directory, appendonly: "yes", appendfsync: "always" };
  const args = Object.entries({ ...settings, "maxmemory-policy": "noeviction" }).flatMap(([key, value]) => [
    `--${key}`,
    String(value),
  ]);
  const server = await startProgram("redis-server", [...args, "--save", ""], {
    cwd: directory,
    ready: () => answers(port),
  });
  return { url: `redis://127.0.0.1:${port}`, pid: server.pid, stop: server.stop };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("error", () => resolve(false));
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString().startsWith("+PONG"));
    });
  });
}
