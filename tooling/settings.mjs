import { existsSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

/** A start that cannot succeed as things are: the message is for the person at the keyboard. */
export class StartError extends Error {}

/** Reads .env (variables that are set win over it) and what of the environment concerns the start itself. */
export function readSettings() {
  const file = path.join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  const { LONGHAUL_DATA_DIR = ".longhaul", LONGHAUL_PORT = "3000", NODE_ENV, SIMULATION } = process.env;
  const port = Number(LONGHAUL_PORT);
  if (!/^\d+$/.test(LONGHAUL_PORT) || port < 1 || port > 65_535) {
    throw new StartError(`LONGHAUL_PORT is "${LONGHAUL_PORT}": set it to a port from 1 to 65535.`);
  }
  if (NODE_ENV === "production" && SIMULATION === "on") {
    throw new StartError("SIMULATION is on and NODE_ENV is production: turn one of the two off.");
  }
  return {
    dataDir: path.resolve(root, LONGHAUL_DATA_DIR),
    port,
    url: `http://127.0.0.1:${port}`,
  };
}
