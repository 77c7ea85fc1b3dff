import { readdirSync, readFileSync } from "node:fs";

/** Processes that one has started, and theirs (Linux). */
export function descendantsOf(root: number): { pid: number; command: string }[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const fields = /^\d+$/.test(name) ? read(`/proc/${name}/stat`).split(") ").at(-1)?.split(" ") : undefined;
    if (fields?.[1] !== undefined) parents.set(Number(name), Number(fields[1]));
  }
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (parents.get(pid) === root || descends(parents.get(pid)));
  return [...parents.keys()]
    .filter(descends)
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ") }));
}

/** The processes of a cloud that run functions. */
export const workersOf = (cloud: number): number[] =>
  descendantsOf(cloud)
    .filter(({ command }) => command.includes("lambda/worker.js"))
    .map(({ pid }) => pid);

export function killHard(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** "" for what has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
