import { isFinal, type Run } from "@longhaul/kit";
import { useMay } from "../../settings/use-me.js";
import { CancelRun } from "./cancel-run.js";
import { PinRun } from "./pin-run.js";
import { RerunMenu } from "./rerun-menu.js";
import { RetryRun } from "./retry-run.js";

/** What can be done with the run now, and nothing else. */
export function RunActions({ run }: { run: Run }) {
  if (!useMay("operator") || run.status === "cancelling") return null;
  return (
    <div className="ml-auto flex flex-wrap justify-end gap-2">
      {isFinal(run.status) ? (
        <>
          {run.status !== "succeeded" && <RetryRun run={run} />}
          <RerunMenu run={run} />
          <PinRun run={run} />
        </>
      ) : (
        <CancelRun run={run} />
      )}
    </div>
  );
}
