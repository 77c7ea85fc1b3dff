import { Facts } from "../../components/ui/facts.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { plural } from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import { LimitsForm } from "./limits-form.js";
import { useMay } from "./use-me.js";

/** How much the organisation may run at once, and how long runs are kept; admins change it. */
export function LimitsPanel() {
  const { data, error, refetch } = trpc.limits.get.useQuery();
  const mayChange = useMay("admin");
  return (
    <Panel title="Limits">
      {error ? (
        <ProblemView what="The limits" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the limits" />
      ) : mayChange ? (
        <LimitsForm limits={data} />
      ) : (
        <Facts
          facts={[
            ["Runs at the same time", String(data.maxRunning)],
            ["For each person", String(data.maxRunningPerUser)],
            ["Ended runs are kept", plural(data.retentionDays, "day")],
          ]}
        />
      )}
    </Panel>
  );
}
