import { useRun } from "@longhaul/client/react";
import { isFinal } from "@longhaul/kit";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Notice } from "../../components/ui/notice.js";
import { Panel } from "../../components/ui/panel.js";
import { ProgressBar } from "../../components/ui/progress-bar.js";
import type { RunViewProps } from "../results/registry.js";
import { StatePlot } from "./state-plot.js";
import { Summary } from "./summary.js";
import { talkOf, type TalkSoFar } from "./talk.js";
import { Transcript } from "./transcript/transcript.js";

/** A talk while it is held and when it is over: what came of it first, once there is that. */
export function TalkView({ run, steps }: RunViewProps) {
  const { texts } = useRun(run.id);
  const talk = talkOf(run, steps, texts);
  const live = !isFinal(run.status);
  const begun = talk.turns.length > 0 || talk.speaking !== null;
  return (
    <>
      {talk.result && <Summary talk={talk} result={talk.result} />}
      {live && talk.problem && (
        <Notice look="warn" title="A turn is tried again">
          {talk.problem}
        </Notice>
      )}
      {talk.quantities.length > 0 && begun && <StatePlot talk={talk} />}
      {begun ? (
        <Panel title="Transcript" flush actions={<Turns talk={talk} />}>
          <Transcript talk={talk} live={live} />
        </Panel>
      ) : (
        live && (
          <EmptyState title="Nobody has spoken yet">
            The transcript appears here as it is spoken. You can close this page: the talk goes on.
          </EmptyState>
        )
      )}
    </>
  );
}

function Turns({ talk: { turns, planned } }: { talk: TalkSoFar }) {
  const of = planned ?? turns.length;
  return (
    <div className="flex items-center gap-3">
      <div className="w-24 @max-xl:hidden">
        <ProgressBar value={of === 0 ? 0 : turns.length / of} label="Turns that were spoken" />
      </div>
      <p data-turns className="text-sm text-ink-soft tabular-nums">
        {turns.length} of {of} turns
      </p>
    </div>
  );
}
