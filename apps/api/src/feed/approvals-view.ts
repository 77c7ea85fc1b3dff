import { approvals, asCaller, type Database, me } from "@longhaul/db";
import type { Approval } from "@longhaul/kit";
import { encodeCursor } from "../routers/page.js";
import { ListView } from "./list-view.js";
import { type Message, PlainMessage } from "./message.js";
import type { Watcher } from "./viewer.js";

/** The decisions that runs of the organisation wait for now, newest first; \`nextCursor\` when there are more. */
export interface OpenApprovals {
  approvals: Approval[];
  nextCursor: string | null;
}

const most = 100;

/** One watcher's place at the inbox: the whole of it again whenever it has changed, and the same text for all. */
export class ApprovalsView extends ListView<Message<OpenApprovals>, OpenApprovals> {
  #shown: string | Buffer | null = null;

  protected override show(page: Message<OpenApprovals>): Message<OpenApprovals> | null {
    if (page.json === this.#shown) return null;
    this.#shown = page.json;
    return page;
  }
}

/** Reads the inbox for one member. @returns null when this person is no member any more. */
export function openApprovals(db: Database, caller: Watcher): Promise<Message<OpenApprovals> | null> {
  const { organisationId } = caller;
  return asCaller(db, caller, async (tx) => {
    const profile = await me.get(tx);
    if (!profile?.organisations.some(({ id }) => id === organisationId)) return null;
    const page = await approvals.list(tx, { organisationId, status: "open", limit: most });
    return new PlainMessage(null, {
      approvals: page.approvals,
      nextCursor: page.next && encodeCursor(page.next),
    });
  });
}
