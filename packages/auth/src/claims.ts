import { z } from "zod";

/** What a Supabase access token says of its bearer; claims that are not named here are kept. */
export const claimsSchema = z.looseObject({
  /** The user's id. */
  sub: z.uuid(),
  email: z
    .string()
    .nullish()
    .transform((email) => email || null),
  /** The active organisation, which the access token hook writes; null for a person without one. */
  org_id: z
    .uuid()
    .nullish()
    .transform((id) => id ?? null),
  /** The role in it when the token was made: a hint, the membership decides. */
  org_role: z
    .string()
    .nullish()
    .transform((role) => role ?? null),
  /** Supabase's own claim; keys such as the service role's are no users. */
  role: z.literal("authenticated").optional(),
  /** When the token ends, in seconds since 1970. */
  exp: z.number(),
  session_id: z
    .string()
    .nullish()
    .transform((id) => id ?? null),
});
export type Claims = z.output<typeof claimsSchema>;
