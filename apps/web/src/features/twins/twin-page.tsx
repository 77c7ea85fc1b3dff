import { useRun } from "@longhaul/client/react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { Notice } from "../../components/ui/notice.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { throttle } from "../../lib/throttle.js";
import { trpc } from "../../lib/trpc.js";
import { stageNow } from "../runs/stage-now.js";
import { useMay } from "../settings/use-me.js";
import { AskPanel } from "./ask/ask-panel.js";
import { DeleteTwin } from "./delete-twin.js";
import { Persona } from "./persona.js";
import { Retrain } from "./retrain.js";
import { TrainingChart } from "./training-chart.js";
import { isUnderWay, type Twin, TwinBadge, type TwinVersion } from "./twin-state.js";
import { Versions } from "./versions.js";

/** One twin: how its training goes, what it answers, and its versions. */
export function TwinPage() {
  const { twinId } = useParams({ from: "/app/twins/$twinId" });
  const { data, error, refetch } = trpc.twins.get.useQuery(
    { twinId },
    {
      // The feed says when to look; this finds what it did not say.
      refetchInterval: ({ state: { data: twin } }) =>
        twin?.removingRunId || twin?.versions.some(({ state }) => isUnderWay(state)) ? 3_000 : false,
    },
  );
  // A deletion may be over before it was ever seen under way.
  const [removed, setRemoved] = useState<string | null>(null);
  const missing = error?.data?.code === "NOT_FOUND";
  const gone = useGone(missing && (!!data?.removingRunId || removed === twinId));
  if (gone) return <SkeletonLines label="The twin is deleted" />;
  if (error && (!data || missing)) {
    return <ProblemView page what="The twin" error={error} retry={() => void refetch()} />;
  }
  if (!data) return <SkeletonLines label="Reading the twin" />;
  return <TwinView twin={data} onRemoved={() => setRemoved(twinId)} />;
}

/** A twin that is deleted while it is looked at: back to the others. */
function useGone(gone: boolean): boolean {
  const navigate = useNavigate();
  useEffect(() => {
    if (gone) void navigate({ to: "/twins", replace: true });
  }, [gone, navigate]);
  return gone;
}

function TwinView({ twin, onRemoved }: { twin: Twin; onRemoved: () => void }) {
  const mayAct = useMay("operator");
  const [newest] = twin.versions;
  const idle = twin.removingRunId === null && !!newest && !isUnderWay(newest.state);
  return (
    <>
      <PageHeader
        title={twin.name}
        aside={newest && <TwinBadge state={newest.state} />}
        actions={
          mayAct && twin.removingRunId === null ? (
            <>
              {idle && <Retrain twin={twin} />}
              <DeleteTwin twin={twin} onRemoved={onRemoved} />
            </>
          ) : undefined
        }
      />
      {twin.removingRunId !== null && (
        <Notice look="warn" className="mb-4" title="This twin is being deleted.">
          <Link to="/runs/$runId/result" params={{ runId: twin.removingRunId }} className="link">
            See how far it is
          </Link>
        </Notice>
      )}
      <div className="grid gap-4">
        {newest && <Training key={newest.version} twin={twin} version={newest} />}
        {twin.activeVersion !== null && twin.removingRunId === null && <AskPanel twin={twin} />}
        <Versions twin={twin} />
      </div>
    </>
  );
}

function Training({ twin, version }: { twin: Twin; version: TwinVersion }) {
  const { state, epochs, runId, failure, persona } = version;
  const underWay = isUnderWay(state);
  return (
    <Panel
      title={`Training of version ${version.version}`}
      actions={
        runId && (
          <Link to="/runs/$runId/result" params={{ runId }} className="link text-sm">
            The run
          </Link>
        )
      }
    >
      <div className="grid gap-4">
        {underWay && runId && <Follow twinId={twin.id} runId={runId} />}
        {failure && (
          <Notice look="bad" title={failure.message}>
            {twin.activeVersion === null
              ? "Train it again, or try the run again: it goes on from its last epoch."
              : `Version ${twin.activeVersion} goes on answering.`}
          </Notice>
        )}
        {epochs.length > 0 ? (
          <TrainingChart epochs={epochs} />
        ) : (
          underWay && <p className="text-ink-soft">The plots begin with the first epoch.</p>
        )}
        {state === "ready" && persona && <Persona given={persona} />}
      </div>
    </Panel>
  );
}

/** Looks again whenever the run has said something. */
function Follow({ twinId, runId }: { twinId: string; runId: string }) {
  const utils = trpc.useUtils();
  const { run } = useRun(runId);
  const look = useMemo(
    () => throttle(() => void utils.twins.get.invalidate({ twinId }), 500),
    [utils, twinId],
  );
  useEffect(() => look.cancel, [look]);
  const seq = run?.lastSeq ?? 0;
  useEffect(() => {
    if (seq > 0) look.call();
  }, [look, seq]);
  const stage = run ? stageNow(run) : null;
  return (
    <p role="status" className="text-ink-soft">
      {stage ? `${stage.label}${stage.message ? `: ${stage.message}` : "..."}` : "Waiting for its turn..."}
    </p>
  );
}
