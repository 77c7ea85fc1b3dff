import { isFinal, type Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { Button } from "../../../components/ui/button.js";
import { Notice } from "../../../components/ui/notice.js";
import { Panel } from "../../../components/ui/panel.js";
import { ProgressBar } from "../../../components/ui/progress-bar.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";
import { useFollowRun, useRun } from "../../run/use-run.js";
import { stageNow } from "../../runs/stage-now.js";
import { reasonOf, StatusBadge } from "../../runs/status.js";

interface RunNowProps {
  runId: string;
  onEnd: (run: Run) => void;
}

/** The run that was just started, live until it ends. */
export function RunNow({ runId, onEnd }: RunNowProps) {
  useFollowRun(runId);
  const run = useRun(runId);
  const cancel = trpc.runs.cancel.useMutation();
  const ended = run !== null && isFinal(run.status);
  useEffect(() => {
    if (run && ended) onEnd(run);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- it is told once, when it ends
  }, [ended, runId]);
  if (!run || run.status === "succeeded") return null;
  const reason = reasonOf(run);
  if (ended) {
    return (
      <Notice
        look={run.status === "cancelled" ? "info" : "bad"}
        role="alert"
        title={run.status === "cancelled" ? "The query was cancelled" : "The query did not succeed"}
        actions={
          <>
            {run.status === "failed" && run.error.code.startsWith("CONNECTION_") && (
              <Button asChild size="small">
                <Link to="/connections">Look at the connections</Link>
              </Button>
            )}
            <Button asChild size="small">
              <Link to="/runs/$runId/result" params={{ runId }}>
                Open the run
              </Link>
            </Button>
          </>
        }
      >
        {reason && <p className="whitespace-pre-wrap">{reason}</p>}
      </Notice>
    );
  }
  return (
    <Panel
      title="Running"
      actions={
        <Button
          size="small"
          disabled={cancel.isPending || run.status === "cancelling"}
          onClick={() => cancel.mutate({ runId })}
        >
          Cancel
        </Button>
      }
    >
      <div className="grid gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <StatusBadge status={run.status} />
          <span>{stageNow(run)?.label ?? reason ?? "Waiting for its turn"}</span>
        </div>
        <ProgressBar value={run.progress} label="Progress of the query" />
        {cancel.isError && (
          <p role="alert" className="text-bad">
            {toProblem(cancel.error).message}
          </p>
        )}
      </div>
    </Panel>
  );
}
