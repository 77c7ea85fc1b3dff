import type { Outputs } from "../../lib/trpc.js";
import { type Kind, kinds } from "./kinds.js";

type Status = Outputs["webhooks"]["deliveries"][number]["status"];

export const deliveryStatuses: readonly (readonly [Status, string])[] = [
  ["waiting", "Waiting"],
  ["delivered", "Delivered"],
  ["failed", "Failed"],
];

/** What can be sent: an event, or a test. */
export const sentKinds: readonly (readonly [Kind | "webhook.test", string])[] = [
  ...kinds,
  ["webhook.test", "A test"],
];

/** The filter of the log of deliveries, as the URL carries it. */
export interface DeliverySearch {
  /** Its id. */
  webhook?: string;
  status?: Status;
  kind?: Kind | "webhook.test";
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the URL; what is not understood is left out. */
export function parseDeliverySearch({ webhook, status, kind }: Record<string, unknown>): DeliverySearch {
  const state = deliveryStatuses.find(([one]) => one === status)?.[0];
  const event = sentKinds.find(([one]) => one === kind)?.[0];
  return {
    ...(typeof webhook === "string" && uuid.test(webhook) ? { webhook } : {}),
    ...(state && { status: state }),
    ...(event && { kind: event }),
  };
}
