import { Link } from "@tanstack/react-router";
import { CalendarClock, Pause, Play, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Notice } from "../../components/ui/notice.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import type { Outputs } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { cronWords, formatIn } from "./cron-words.js";
import { type ScheduleActions, useScheduleActions } from "./use-schedule-actions.js";

type Schedule = Outputs["schedules"]["list"][number];

/** One schedule with its next times and what can be done with it. */
export function ScheduleCard({ schedule }: { schedule: Schedule }) {
  const mayAct = useMay("operator");
  const { id, name, cron, timezone, paused, pauseReason, workflow, runsAs } = schedule;
  const actions = useScheduleActions(schedule);
  return (
    <li className="grid gap-2 rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <CalendarClock aria-hidden className="size-4 shrink-0 text-ink-soft" />
        <h2 className="min-w-0 font-semibold break-words">
          <Link to="/schedules/$scheduleId" params={{ scheduleId: id }} className="link">
            {name}
          </Link>
        </h2>
        {paused && <span className="rounded-md bg-idle-soft px-1.5 text-sm text-idle">Paused</span>}
        {mayAct && <Actions schedule={schedule} actions={actions} />}
      </div>
      <p>
        {cronWords(cron) ?? cron} <span className="text-ink-soft">({timezone})</span>
      </p>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-soft">
        <span>Workflow: {workflow}</span>
        <span>In the name of {runsAs?.name ?? "nobody any more"}</span>
        <LastRun schedule={schedule} />
        <Link to="/" search={{ tag: schedule.tag }} className="link">
          All its runs
        </Link>
      </p>
      {pauseReason && (
        <Notice look="warn" title="It was paused because its run could not be started">
          {pauseReason}
        </Notice>
      )}
      <NextTimes times={schedule.next} timezone={timezone} />
      {actions.error != null && (
        <p role="alert" className="text-bad">
          {toProblem(actions.error).message}
        </p>
      )}
    </li>
  );
}

function LastRun({ schedule: { lastRunId, lastFiredAt } }: { schedule: Schedule }) {
  if (!lastFiredAt) return <span>Has not fired yet</span>;
  return (
    <span>
      Last fired{" "}
      {lastRunId ? (
        <Link to="/runs/$runId/result" params={{ runId: lastRunId }} className="link">
          <TimeAgo at={lastFiredAt} />
        </Link>
      ) : (
        <TimeAgo at={lastFiredAt} />
      )}
    </span>
  );
}

/** The next times by the schedule's own clock; how far off they are on hover. */
function NextTimes({ times, timezone }: { times: readonly string[]; timezone: string }) {
  const [first, ...rest] = times;
  if (!first) return null;
  return (
    <details>
      <summary className="text-sm">
        Next: {formatIn(timezone, first)}{" "}
        <span className="text-ink-soft">
          (<TimeAgo at={first} />)
        </span>
      </summary>
      <ol aria-label="The times after that" className="mt-1 grid gap-0.5 pl-4 text-sm text-ink-soft">
        {rest.map((at) => (
          <li key={at}>{formatIn(timezone, at)}</li>
        ))}
      </ol>
    </details>
  );
}

interface ActionsProps {
  schedule: Schedule;
  actions: ScheduleActions;
}

function Actions({ schedule: { name, paused }, actions }: ActionsProps) {
  const [asking, setAsking] = useState(false);
  const of = <span className="sr-only">: {name}</span>;
  return (
    <div className="ml-auto flex flex-wrap gap-2">
      <Button size="small" disabled={actions.pending} onClick={actions.runNow}>
        <Zap aria-hidden />
        Run now{of}
      </Button>
      <Button size="small" disabled={actions.pending} onClick={() => actions.pause(!paused)}>
        {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {paused ? "Go on" : "Pause"}
        {of}
      </Button>
      <Button size="small" look="danger" disabled={actions.pending} onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        Delete{of}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete "${name}"?`}
        description="It starts no more runs. Those that it has started stay."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="danger" onClick={actions.remove}>
              Delete
            </Button>
          </>
        }
      />
    </div>
  );
}
