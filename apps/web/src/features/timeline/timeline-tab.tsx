import { useRun as useFollowedRun } from "@longhaul/client/react";
import { isFinal } from "@longhaul/kit";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { ErrorBoundary } from "../../components/ui/error-boundary.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { useNow } from "../../lib/clock.js";
import { useRun } from "../run/use-run.js";
import { timelineOf } from "./bars.js";
import { Chart } from "./chart.js";
import { Legend } from "./legend.js";

const route = getRouteApi("/app/runs/$runId");
const firstRows = 100;

/** When each step ran, was tried again, and waited. */
export function TimelineTab() {
  const { runId } = route.useParams();
  const { events } = useFollowedRun(runId);
  const run = useRun(runId);
  const now = useNow();
  const ended = run !== null && isFinal(run.status);
  const until = ended ? 0 : now;
  const timeline = useMemo(() => timelineOf(events, until), [events, until]);
  const [shown, setShown] = useState(firstRows);
  if (events.length === 0) return <SkeletonLines label="Reading the events" count={5} />;
  return (
    <ErrorBoundary what="The timeline">
      <div className="grid gap-3">
        <Legend />
        <Chart timeline={{ ...timeline, rows: timeline.rows.slice(0, shown) }} />
        {timeline.rows.length > shown && (
          <Button className="justify-self-center" onClick={() => setShown(shown + firstRows)}>
            Show more of {timeline.rows.length} rows
          </Button>
        )}
      </div>
    </ErrorBoundary>
  );
}
