import { z } from "zod";
import { AuthError } from "./errors.js";

const metadata = z.record(z.string(), z.unknown());

export const signUpBody = z.looseObject({
  email: z.string().optional(),
  phone: z.string().optional(),
  password: z.string().optional(),
  data: metadata.nullish(),
});
export const passwordBody = z.looseObject({
  email: z.string().optional(),
  phone: z.string().optional(),
  password: z.string().optional(),
});
export const refreshBody = z.looseObject({ refresh_token: z.string().optional() });
export const updateBody = z.looseObject({
  email: z.string().optional(),
  phone: z.string().optional(),
  password: z.string().optional(),
  data: metadata.nullish(),
});
export const adminUserBody = z.looseObject({
  email: z.string().optional(),
  password: z.string().optional(),
  user_metadata: metadata.nullish(),
  app_metadata: metadata.nullish(),
});

/** Parses a body; what does not fit is refused as hosted refuses it. */
export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join(".");
  throw new AuthError(
    400,
    "bad_json",
    `Could not parse request body as JSON: ${where ? `${where}: ` : ""}${issue?.message}`,
  );
}

/** @throws AuthError where `email` is not an address */
export function checkEmail(email: string): void {
  if (
    email.length > 255 ||
    /\p{Cc}/u.test(email) ||
    !/^[^\s@<>"(),:;[\]\\]+@[^\s@.<>"(),:;[\]\\]+(\.[^\s@.<>"(),:;[\]\\]+)*$/.test(email)
  ) {
    throw new AuthError(400, "validation_failed", "Unable to validate email address: invalid format");
  }
}

/** @throws AuthError weak_password, or validation_failed for one that bcrypt would cut off (72 bytes) */
export function checkPassword(password: string, minimum: number): void {
  if (Buffer.byteLength(password) > 72) {
    throw new AuthError(400, "validation_failed", "Password cannot be longer than 72 characters");
  }
  if (password.length < minimum) {
    throw new AuthError(422, "weak_password", `Password should be at least ${minimum} characters.`, {
      weak_password: { reasons: ["length"] },
    });
  }
}
