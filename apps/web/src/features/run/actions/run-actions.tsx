import { isFinal, type Run } from "@longhaul/kit";
import { useMay, useMe } from "../../settings/use-me.js";
import { CancelRun } from "./cancel-run.js";
import { isFatal } from "./is-fatal.js";
import { PinRun } from "./pin-run.js";
import { RerunMenu } from "./rerun-menu.js";
import { RetryRun } from "./retry-run.js";

/** What can be done with the run now, and nothing else; who may only look is told so. */
export function RunActions({ run }: { run: Run }) {
  const { data: me } = useMe();
  const mayAct = useMay("operator");
  if (run.status === "cancelling" || !me) return null;
  if (!mayAct) return <p className="ml-auto text-sm text-ink-soft">Your role may look only.</p>;
  const fatal = isFatal(run);
  return (
    <div className="ml-auto flex flex-wrap justify-end gap-2">
      {isFinal(run.status) ? (
        <>
          {fatal && <RerunMenu run={run} first />}
          {run.status !== "succeeded" && <RetryRun run={run} first={!fatal} />}
          {!fatal && <RerunMenu run={run} first={false} />}
          <PinRun run={run} />
        </>
      ) : (
        <CancelRun run={run} />
      )}
    </div>
  );
}
