import { asCaller, members, type OrganisationMember } from "@longhaul/db";
import { roleSchema } from "@longhaul/kit";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { adminProcedure, orgProcedure } from "../trpc.js";

const memberSchema = z.object({ userId: z.uuid("This is not the id of a person.") });

/** The people of the organisation. The database knows the rules of owners. */
export const membersRouter = {
  /** Owners first. E-mail addresses are shown to admins. */
  list: orgProcedure.query(({ ctx }): Promise<OrganisationMember[]> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) => members.list(tx, caller));
  }),

  /** Counts at once, whatever the person's token says. */
  setRole: adminProcedure
    .input(memberSchema.extend({ role: roleSchema }))
    .mutation(({ ctx, input }): Promise<OrganisationMember[]> => {
      const { caller, services } = ctx;
      const { organisationId } = caller;
      return asCaller(services.db, caller, async (tx) => {
        await members.setRole(tx, { organisationId, ...input });
        return members.list(tx, caller);
      });
    }),

  /** Takes somebody out of the organisation. Their runs stay. */
  remove: adminProcedure.input(memberSchema).mutation(({ ctx, input }): Promise<{ removed: true }> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    return asCaller(services.db, caller, async (tx) => {
      await members.remove(tx, { organisationId, ...input });
      return { removed: true };
    });
  }),

  /** Takes oneself out of it. The last owner cannot. */
  leave: orgProcedure.mutation(({ ctx }): Promise<{ removed: true }> => {
    const { caller, services } = ctx;
    const { organisationId, userId } = caller;
    return asCaller(services.db, caller, async (tx) => {
      await members.remove(tx, { organisationId, userId });
      return { removed: true };
    });
  }),
} satisfies TRPCRouterRecord;
