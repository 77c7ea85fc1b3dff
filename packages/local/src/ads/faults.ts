import { z } from "zod";

const times = z.int().min(0).max(1_000);

const faultsSchema = z.strictObject({
  /** So many calls of the advertising API are answered 429. */
  throttle: z.strictObject({ times, retryAfterSeconds: z.int().min(0).max(3_600).default(1) }).optional(),
  /** So many calls of the advertising API are answered 500. */
  serverError: times.optional(),
  /** So many downloads end in the middle. */
  truncate: times.optional(),
  /** Each execution that begins takes so much longer. */
  slowMs: z.int().min(0).max(3_600_000).optional(),
  /** So many executions fail. */
  failExecutions: times.optional(),
  /** How long access tokens last that are given from now on; 3600 as a rule. */
  expiresInSeconds: z.int().min(1).max(86_400).optional(),
  /** Whether a refresh gives another refresh token and spends the one it was asked with. */
  rotateRefreshTokens: z.boolean().optional(),
  /** How long download URLs last that are given from now on; 600 as a rule. */
  downloadSeconds: z.int().min(0).max(3_600).optional(),
  /** How large the parts of a result are. */
  partBytes: z.int().min(200).max(1_000_000_000).optional(),
  /** Ends every access token now. */
  expireAccessTokens: z.literal(true).optional(),
  /** Withdraws every consent now, as a person does in their Amazon account. */
  revoke: z.literal(true).optional(),
});
export type FaultOrder = z.output<typeof faultsSchema>;

/** What was ordered and is still to happen, and the settings that hold. */
export class Faults {
  throttle = { times: 0, retryAfterSeconds: 1 };
  serverError = 0;
  truncate = 0;
  slowMs = 0;
  failExecutions = 0;
  expiresInSeconds = 3_600;
  rotateRefreshTokens = false;
  downloadSeconds = 600;
  partBytes = 8 * 1024 * 1024;

  /** @returns the order, for what is done at once; or a sentence about what is wrong with it. */
  order(body: unknown): FaultOrder | string {
    const parsed = faultsSchema.safeParse(body);
    if (!parsed.success) {
      return parsed.error.issues
        .map(({ path, message }) => `${path.join(".") || "order"}: ${message}`)
        .join("; ");
    }
    const { expireAccessTokens: _now, revoke: _too, ...settings } = parsed.data;
    for (const [name, value] of Object.entries(settings)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
    return parsed.data;
  }

  /** Whether one of these is to happen now; it counts as happened. */
  take(kind: "serverError" | "truncate" | "failExecutions"): boolean {
    if (this[kind] === 0) return false;
    this[kind] -= 1;
    return true;
  }

  /** Seconds to wait when this call is to be turned away; else null. */
  takeThrottle(): number | null {
    const { times: left, retryAfterSeconds } = this.throttle;
    if (left === 0) return null;
    this.throttle = { times: left - 1, retryAfterSeconds };
    return retryAfterSeconds;
  }
}
