import { type ApprovalAnswer, approvals, asCaller } from "@longhaul/db";
import type { Approval } from "@longhaul/kit";
import { decideApproval } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import type { OpenApprovals } from "../feed/approvals-view.js";
import type { LiveSubscription } from "../feed/subscription.js";
import { watchApprovals } from "../feed/watch.js";
import { orgProcedure, watchProcedure } from "../trpc.js";
import { cursorSchema, decodeCursor, encodeCursor } from "./page.js";

/** Newest first; `nextCursor` asks for the page after this one, null on the last. */
export interface ApprovalList {
  approvals: Approval[];
  nextCursor: string | null;
}

const listSchema = z.object({
  /** Default: whatever became of them. */
  status: z.enum(["open", "decided", "expired", "cancelled"]).optional(),
  limit: z.int().min(1).max(100).default(50),
  cursor: cursorSchema,
});
const approvalIdSchema = z.object({ approvalId: z.uuid("This is not the id of an approval.") });

// What a live stream gives is known to its view; the types of tRPC's own streams can only be asserted.
const watch = watchProcedure.subscription(({ ctx, signal }) =>
  watchApprovals(ctx, signal),
) as unknown as LiveSubscription<void, OpenApprovals>;

export const approvalsRouter = {
  /** What runs of the organisation wait for, or have waited for. */
  list: orgProcedure.input(listSchema).query(({ ctx, input }): Promise<ApprovalList> => {
    const { caller, services } = ctx;
    const { cursor, ...filter } = input;
    const before = cursor ? decodeCursor(cursor) : undefined;
    return asCaller(services.db, caller, async (tx) => {
      const page = await approvals.list(tx, { organisationId: caller.organisationId, ...filter, before });
      return { approvals: page.approvals, nextCursor: page.next && encodeCursor(page.next) };
    });
  }),

  /** The open ones, the newest hundred of them, again whenever they have changed. */
  watch,

  get: orgProcedure.input(approvalIdSchema).query(async ({ ctx, input }): Promise<Approval> => {
    const { caller, services } = ctx;
    const approval = await asCaller(services.db, caller, (tx) =>
      approvals.get(tx, { organisationId: caller.organisationId, ...input }),
    );
    if (!approval) throw new ApiError("APPROVAL_NOT_FOUND");
    return approval;
  }),

  /** Decides, once only, and lets the run go on. Which role that needs, the approval says. */
  decide: orgProcedure
    .input(approvalIdSchema.extend({ decision: z.unknown() }))
    .mutation(({ ctx, input }): Promise<ApprovalAnswer> => {
      const { caller, services } = ctx;
      return decideApproval(services.runs, caller, input);
    }),
} satisfies TRPCRouterRecord;
