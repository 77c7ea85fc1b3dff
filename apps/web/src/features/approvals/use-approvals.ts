import type { LiveSource } from "@longhaul/client";
import { useLive } from "@longhaul/client/react";
import { roleAtLeast } from "@longhaul/kit";
import { useMemo } from "react";
import { useMe } from "../settings/use-me.js";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";

const open = { status: "open", limit: 100 } as const;
/** The latest, of which those that are settled are shown. */
export const latest = { limit: 40 };

type Utils = ReturnType<typeof trpc.useUtils>;
type Page = Outputs["approvals"]["list"];

/** Follows the inbox. When it changes, somebody may have decided one of those that are on the page. */
function createInboxSource(utils: Utils): LiveSource {
  let known = "";
  const receive = (page: Page) => {
    const text = JSON.stringify(page);
    if (text === known) return;
    known = text;
    utils.approvals.list.setData(open, page);
    void utils.approvals.get.invalidate();
    void utils.approvals.list.invalidate(latest);
  };
  return {
    open: (on) =>
      utils.client.approvals.watch.subscribe(undefined, {
        onStarted: () => on.reached(),
        onData: (page) => {
          receive(page);
          on.reached();
        },
        onError: (error) => on.failed(error),
        onConnectionStateChange: (state) => state.error && on.interrupted(state.error),
        onComplete: () => on.failed(new Error("The inbox's feed ended.")),
      }),
    async poll() {
      receive(await utils.client.approvals.list.query(open));
      return false;
    },
  };
}

/** The decisions that runs wait for now, kept current. */
export function useOpenApprovals(): QueryOf<Page> {
  const utils = trpc.useUtils();
  useLive(useMemo(() => createInboxSource(utils), [utils]));
  return trpc.approvals.list.useQuery(open);
}

/** How many of them the signed-in person may decide; more than 99 count as 100. */
export function useMyApprovalCount(): number {
  const { data } = useOpenApprovals();
  const role = useMe().data?.organisation?.role;
  if (!data || !role) return 0;
  return data.approvals.filter((approval) => roleAtLeast(role, approval.role)).length;
}
