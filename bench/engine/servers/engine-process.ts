// The engine behind HTTP in a process of its own: node engine-process.js DATA_DIR. Tells its parent its URL.
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { openStepFunctions } from "@longhaul/stepfunctions";
import { accountId, lambda, region } from "../subjects/longhaul.js";

const followers = new Set<Socket>();
let lines = "";

/** One line an end, those of one turn of the event loop together. */
function tell(line: string): void {
  if (lines === "")
    setImmediate(() => {
      for (const socket of followers) socket.write(lines);
      lines = "";
    });
  lines += line;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const engine = await openStepFunctions({
  dataDir: process.argv[2] as string,
  region,
  accountId,
  lambda,
  async onStatusChange({ name, status, output }) {
    if (status !== "RUNNING") tell(`${name} ${status} ${output}\n`);
  },
});
const api = await listen(createHttpServer((request, response) => void engine.handleHttp(request, response)));
const ends = await listen(
  createServer((socket) => {
    followers.add(socket);
    socket.on("error", () => {}).on("close", () => followers.delete(socket));
  }),
);
process.once("disconnect", () => process.exit(1));
process.send?.(JSON.stringify({ api, ends }));
