import { roleAtLeast } from "@longhaul/kit";
import { useMe } from "../settings/use-me.js";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";

const everyMs = 10_000;
const most = 100;

/** The decisions that runs wait for now; asked for again every ten seconds. */
export function useOpenApprovals(): QueryOf<Outputs["approvals"]["list"]> {
  return trpc.approvals.list.useQuery(
    { status: "open", limit: most },
    { refetchInterval: everyMs, refetchOnWindowFocus: true },
  );
}

/** How many of them the signed-in person may decide; more than 99 count as 100. */
export function useMyApprovalCount(): number {
  const { data } = useOpenApprovals();
  const role = useMe().data?.organisation?.role;
  if (!data || !role) return 0;
  return data.approvals.filter((approval) => roleAtLeast(role, approval.role)).length;
}
