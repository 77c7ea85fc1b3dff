import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePorts, Missing, type Server, startProgram } from "./server.js";

const version = "1.7.12";

/**
 * The Restate server, 220 MB that only this bench wants: so it is not among the project's dependencies but brought
 * from the npm registry at its first use, into `cache`.
 */
export async function startRestate(directory: string, cache: string): Promise<Server> {
  const program = bring(cache);
  const [ingress = 0, admin = 0, node = 0] = await freePorts(3);
  const server = await startProgram(program, ["--base-dir", directory], {
    cwd: directory,
    env: {
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: "true",
      DO_NOT_TRACK: "1",
    },
    ready: async () => (await fetch(`http://127.0.0.1:${admin}/health`)).ok && (await ready(ingress)),
  });
  const url = JSON.stringify({ ingress: `http://127.0.0.1:${ingress}`, admin: `http://127.0.0.1:${admin}` });
  return { url, pid: server.pid, stop: server.stop };
}

const ready = async (ingress: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${ingress}/restate/health`)).ok;

function bring(cache: string): string {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const folder = join(cache, `restate-${version}`);
  const program = join(folder, "node_modules", name, "bin", "restate-server");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const args = [
    "install",
    "--prefix",
    folder,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `${name}@${version}`,
  ];
  const { status } = spawnSync("npm", args, { stdio: "ignore", timeout: 300_000 });
  if (status !== 0 || !existsSync(program)) throw new Missing(`npm could not bring ${name}@${version}`);
  return program;
}
