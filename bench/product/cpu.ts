import { existsSync, readdirSync, readFileSync } from "node:fs";

/** What the kernel counts in, a second (USER_HZ of every Linux that Node runs on). */
const ticks = 100;

interface Process {
  readonly parent: number;
  readonly program: string;
  readonly ms: number;
}

/**
 * CPU time that a process and all that it has started have used so far, in ms, by what they are: "Postgres", "workers"
 * (Node's, of the local cloud) and "server" (the first process itself, and whatever else). Empty where there is no /proc.
 */
export function cpuOfTree(root: number | undefined): Record<string, number> {
  if (root === undefined) return {};
  const all = processes();
  const found: Record<string, number> = {};
  for (const [pid, { program, ms }] of all) {
    if (!descends(pid, root, all)) continue;
    const name = program === "postgres" ? "Postgres" : pid !== root && isNode(program) ? "workers" : "server";
    found[name] = (found[name] ?? 0) + ms;
  }
  return found;
}

/** What the kernel calls a program of Node's: by its main thread, which newer versions have given a name. */
function isNode(program: string): boolean {
  return program === "node" || program.endsWith("MainThread");
}

function descends(pid: number, root: number, all: ReadonlyMap<number, Process>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) {
    if (at === root) return true;
  }
  return false;
}

function processes(): Map<number, Process> {
  const found = new Map<number, Process>();
  if (!existsSync("/proc/self/stat")) return found;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const read = Number.isInteger(pid) ? readProcess(pid) : null;
    if (read) found.set(pid, read);
  }
  return found;
}

/** Source: proc_pid_stat(5). The time of children that have ended is their parent's. */
function readProcess(pid: number): Process | null {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  const program = line.slice(line.indexOf("(") + 1, line.lastIndexOf(")"));
  const fields = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [user = 0, system = 0, usersChildren = 0, systemsChildren = 0] = fields.slice(11, 15);
  return {
    parent: fields[1] ?? 0,
    program,
    ms: ((user + system + usersChildren + systemsChildren) * 1000) / ticks,
  };
}
