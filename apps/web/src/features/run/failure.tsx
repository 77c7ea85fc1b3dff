import type { Run } from "@longhaul/kit";
import { Link } from "@tanstack/react-router";
import { CircleX } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { Facts } from "../../components/ui/facts.js";
import { TextView } from "../../components/ui/text-view.js";
import { isFatal } from "./actions/is-fatal.js";
import { whatHelps } from "./what-helps.js";
import { RerunFromButton } from "./actions/rerun-from-button.js";

interface FailureProps {
  run: Extract<Run, { status: "failed" | "timed_out" }>;
  mayStart: boolean;
}

/** What went wrong: the sentence first, what one can do, then the parts for the engineer. */
export function Failure({ run, mayStart }: FailureProps) {
  const { error } = run;
  return (
    <section
      aria-label="What went wrong"
      className="grid grid-cols-[minmax(0,1fr)] gap-4 rounded-lg border border-bad/40 bg-bad-soft p-4"
    >
      <div className="flex gap-2.5">
        <CircleX aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
        <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3">
          <p className="text-lg font-medium break-words">{error.message}</p>
          <WhatHelps run={run} mayStart={mayStart} />
          {mayStart && (
            <div className="flex flex-wrap gap-2">
              <Button asChild>
                <Link to="/start/$workflow" params={{ workflow: run.workflow }} search={{ from: run.id }}>
                  Start again with changes
                </Link>
              </Button>
              {isFatal(run) && <RerunFromButton run={run} label="Rerun from a step with changes..." />}
              <Button asChild look="quiet">
                <Link to="/runs/$runId/steps" params={{ runId: run.id }}>
                  See the steps
                </Link>
              </Button>
            </div>
          )}
        </div>
      </div>
      <details className="border-t border-bad/30 pt-3">
        <summary className="font-medium">For the engineer</summary>
        <Facts
          className="mt-3"
          facts={[
            ["Code", <code className="font-mono">{error.code}</code>],
            [
              "Step",
              error.step && (
                <Link
                  to="/runs/$runId/graph"
                  params={{ runId: run.id }}
                  search={{ node: error.step }}
                  className="link font-mono"
                >
                  {error.step}
                </Link>
              ),
            ],
          ]}
        />
        {error.cause && (
          <div className="mt-3">
            <TextView text={error.cause} label="Cause" />
          </div>
        )}
      </details>
    </section>
  );
}

/** What a retry is good for, where the error itself does not tell. */
function WhatHelps({ run, mayStart }: FailureProps) {
  const words = whatHelps(run, mayStart);
  return words === null ? null : <p>{words}</p>;
}
