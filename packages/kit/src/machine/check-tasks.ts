import { namedIn } from "./analysis.js";
import type { Draft } from "./draft.js";
import { verbatim } from "./emit/resolve.js";
import { fromVariables } from "./expression.js";
import type { RawNode } from "./nodes.js";

/**
 * Refuses hand-written tasks that could run for ever, or give up at the first blip: each needs a timeout,
 * which for a callback is its deadline, and a retry policy. The builder's own tasks have them.
 */
export function checkTasks(draft: Draft): void {
  for (const node of draft.nodes()) {
    if (node.kind !== "raw") continue;
    checkTask(draft, node.name, verbatim(node.state, fromVariables));
    checkReach(draft, node);
  }
}

/** Texts stay as they are written, and outside variables do not reach the items of a distributed map. */
function checkReach(draft: Draft, node: RawNode): void {
  const block = draft.blockOf(node.name);
  for (const name of namedIn(node.state, draft)) {
    const owner = draft.ownerOf(name);
    if (owner && block?.isCutOffFrom(owner)) {
      draft.refuse(
        `the raw state "${node.name}" writes $${name}, which the items of a distributed map cannot read: ` +
          "give it by a selector.",
      );
    }
  }
}

function checkTask(draft: Draft, name: string, state: unknown): void {
  if (typeof state !== "object" || state === null) return;
  const fields = state as Readonly<Record<string, unknown>>;
  if (fields["Type"] === "Task") {
    const callback = String(fields["Resource"]).endsWith(".waitForTaskToken");
    if (!("TimeoutSeconds" in fields)) {
      draft.refuse(
        callback
          ? `the task "${name}" waits for a callback without a deadline: give it TimeoutSeconds.`
          : `the task "${name}" has no timeout: give it TimeoutSeconds.`,
      );
    }
    if (!Array.isArray(fields["Retry"])) {
      draft.refuse(`the task "${name}" has no retry policy: give it Retry, [] for none.`);
    }
  }
  const branches = Array.isArray(fields["Branches"]) ? (fields["Branches"] as unknown[]) : [];
  for (const inner of [...branches, fields["ItemProcessor"], fields["Iterator"]]) {
    const states = (inner as { States?: object } | undefined)?.States ?? {};
    for (const [inside, part] of Object.entries(states)) checkTask(draft, inside, part);
  }
}
