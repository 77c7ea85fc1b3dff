import { asCaller, type Invitation, members, type OrganisationMember } from "@longhaul/db";
import { roleSchema } from "@longhaul/kit";
import { inviteMember, mailInvitationAgain } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { adminProcedure, orgProcedure } from "../trpc.js";

const memberSchema = z.object({ userId: z.uuid("This is not the id of a person.") });

const addressSchema = z.object({ email: z.email("This is not an e-mail address.").max(254) });

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

  /** Who is invited and has not answered yet. */
  invitations: adminProcedure.query(({ ctx }): Promise<Invitation[]> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) => members.invitations(tx, caller));
  }),

  /**
   * Lets whoever this address belongs to join; invites anew, and mails once more, who was invited. They find it when they are
   * signed in, also where no mail is sent.
   */
  invite: adminProcedure
    .input(addressSchema.extend({ role: roleSchema.exclude(["owner"]), mail: z.boolean().default(true) }))
    .mutation(({ ctx, input }): Promise<Invitation[]> => {
      const { caller, services } = ctx;
      const { email, role, mail } = input;
      return inviteMember(services.runs, caller, { email, role, link: mail ? services.joinLink : null });
    }),

  /** Mails an open invitation once more, with whatever role it has now, and lets it hold as long as a new one. */
  mailAgain: adminProcedure.input(addressSchema).mutation(({ ctx, input }): Promise<Invitation[]> => {
    const { caller, services } = ctx;
    return mailInvitationAgain(services.runs, caller, { ...input, link: services.joinLink });
  }),

  withdraw: adminProcedure.input(addressSchema).mutation(({ ctx, input }): Promise<Invitation[]> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, async (tx) => {
      await members.withdraw(tx, { ...input, organisationId: caller.organisationId });
      return members.invitations(tx, caller);
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
