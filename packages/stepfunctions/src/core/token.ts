import type { Randomness } from "../language/randomness.js";

/** A new task token: it leads back to the execution (by the engine's number for it) and the branch that waits. */
export function taskToken(execution: number, branch: number, random: Randomness): string {
  return Buffer.from(`${execution}:${branch}:${random.uuid()}:${random.uuid()}`, "utf8").toString("base64");
}

/** Where a task token leads, or null for a text that is none. */
export function readTaskToken(token: string): { execution: number; branch: number } | null {
  const match = /^(\d{1,15}):(\d{1,9}):[0-9a-f-]{36}:[0-9a-f-]{36}$/.exec(
    Buffer.from(token, "base64").toString("utf8"),
  );
  return match === null ? null : { execution: Number(match[1]), branch: Number(match[2]) };
}
