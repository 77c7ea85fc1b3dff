import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Server, stopChild } from "./server.js";

/** The engine in a process of its own, with its HTTP API and a port on which it tells of ends. */
export async function startEngine(directory: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL("./engine-process.js", import.meta.url)), [directory], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(message as string));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the engine ended with ${code}`)));
  });
  return { url, pid: child.pid, stop: () => stopChild(child) };
}
