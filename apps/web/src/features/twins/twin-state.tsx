import type { RunStatus } from "@longhaul/kit";
import { StatusBadge } from "../runs/status.js";
import type { Outputs } from "../../lib/trpc.js";

export type Twin = Outputs["twins"]["get"];
export type TwinVersion = Twin["versions"][number];

const statuses: Record<TwinVersion["state"], RunStatus> = {
  queued: "queued",
  training: "running",
  cancelling: "cancelling",
  ready: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
};

export const isUnderWay = (state: TwinVersion["state"]): boolean =>
  state === "queued" || state === "training" || state === "cancelling";

/** How far a version is, in the words of runs. */
export function TwinBadge({ state }: { state: TwinVersion["state"] }) {
  return <StatusBadge status={statuses[state]} />;
}
