import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** A secret as Standard Webhooks writes it: 24 random bytes, as base64 after "whsec_". */
export function newSecret(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}

/**
 * The headers by which a receiver knows who sent a message, that it is whole, and when: one signature for each secret.
 * Source: Standard Webhooks 1.0.0, "Signature scheme" and "Webhook Headers (sending metadata)".
 */
export function signed(
  secrets: readonly string[],
  message: { id: string; body: string; at: Date },
): Record<string, string> {
  const { id, body, at } = message;
  return {
    "content-type": "application/json",
    "user-agent": "Longhaul-Webhooks/1.0",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}
