import { createHash } from "node:crypto";
import type { FunctionSpec } from "@longhaul/functions/manifest";

/** What the processes of a function, or of several that share them, are started with. */
export interface ProcessKind {
  /** Of the function, or of the host. */
  readonly name: string;
  /** Two kinds with the same key are the same. */
  readonly key: string;
  readonly memoryMb: number;
  /** Whether it hosts several functions, which have nothing of their own in its environment. */
  readonly hosts: boolean;
}

/** One that has its process for itself, or processes of its own, is not hosted. */
function isHosted({ host, concurrency, reservedConcurrency }: FunctionSpec): boolean {
  return host !== null && concurrency > 1 && reservedConcurrency === null;
}

/**
 * Says which functions share their processes: those of one host that would find the same environment and run the same
 * code, so that none sees what another was not given. A process has the memory of the largest of them.
 *
 * @param environment what a function finds in its environment besides its own settings
 * @returns each function's kind, by its name
 */
export function processKinds(
  functions: readonly FunctionSpec[],
  environment: (spec: FunctionSpec) => Record<string, string>,
): ReadonlyMap<string, ProcessKind> {
  const hosted = new Map<string, FunctionSpec[]>();
  const kinds = new Map<string, ProcessKind>();
  for (const spec of functions) {
    const { name, host, memoryMb, entry, concurrency, databaseRole } = spec;
    if (!isHosted(spec)) {
      kinds.set(name, { name, key: name, memoryMb, hosts: false });
      continue;
    }
    const variables = Object.entries(environment(spec)).toSorted(([one], [other]) => (one < other ? -1 : 1));
    const common = JSON.stringify([entry.href, concurrency, databaseRole, variables]);
    const key = `${host} ${createHash("sha256").update(common).digest("hex").slice(0, 16)}`;
    hosted.set(key, [...(hosted.get(key) ?? []), spec]);
  }
  for (const [key, specs] of hosted) {
    const memoryMb = Math.max(...specs.map((spec) => spec.memoryMb));
    for (const { name, host } of specs) kinds.set(name, { name: host ?? name, key, memoryMb, hosts: true });
  }
  return kinds;
}
