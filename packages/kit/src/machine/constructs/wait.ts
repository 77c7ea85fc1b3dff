import type { Block } from "../draft.js";
import { Edge, type WaitNode } from "../nodes.js";
import { selected } from "./references.js";

/** Adds a wait until a time, or for some seconds reckoned from the checkpoint before. */
export function addWait(
  block: Block,
  open: readonly Edge[],
  name: string,
  until: { readonly seconds: unknown } | { readonly until: unknown },
): Edge {
  const value = "seconds" in until ? until.seconds : until.until;
  if ("seconds" in until && typeof value === "number" && !(value > 0)) {
    block.refuse(`the wait "${name}" must take more than 0 seconds.`);
  }
  const time = selected(block, value, `time of the wait "${name}"`);
  const next = new Edge(name, "next");
  const node: WaitNode = {
    kind: "wait",
    name,
    until: "seconds" in until ? { seconds: time } : { time },
    next,
  };
  block.add(open, node);
  return next;
}
