import { useRun as useFollowedRun } from "@longhaul/client/react";
import { isFinal, type Run, type RunStep } from "@longhaul/kit";
import type { GraphNode } from "./nodes.js";
import { Panel } from "../../components/ui/panel.js";
import { RerunFromButton } from "../run/actions/rerun-from-button.js";
import { EventRow } from "../run/event-row.js";
import { StepCard } from "../run/step-card.js";
import { useMay } from "../settings/use-me.js";

interface NodeDetailProps {
  run: Run;
  node: GraphNode;
  steps: readonly RunStep[];
}

const mostEvents = 100;
const mostSteps = 50;

/** Everything that is known of one node: its checkpoints with input, output and tries, and what it logged. */
export function NodeDetail({ run, node, steps }: NodeDetailProps) {
  const { events } = useFollowedRun(run.id);
  const mine = worstFirst(steps.filter(({ step }) => step === node.name));
  const log = events.filter(({ step, type }) => step === node.name && type !== "step.progress");
  return (
    <div className="grid min-w-0 gap-4">
      <Panel title={node.label} actions={mine.length > 0 && <RerunFromHere run={run} step={node.name} />}>
        <p>
          {sentences[node.kind]}
          {node.compensation && (
            <>
              {" "}
              What it does is taken back by <code className="font-mono">{node.compensation}</code>.
            </>
          )}
        </p>
      </Panel>
      {mine.length > 0 && (
        <ol aria-label="Checkpoints" className="grid gap-2">
          {mine.slice(0, mostSteps).map((step) => (
            <StepCard key={`${step.itemPath} ${step.visit}`} step={step} open={mine.length === 1} />
          ))}
          {mine.length > mostSteps && (
            <li className="text-ink-soft">And {mine.length - mostSteps} more, under Steps.</li>
          )}
        </ol>
      )}
      {log.length > 0 && (
        <Panel title="Log" flush>
          <ol>
            {log.slice(-mostEvents).map((event) => (
              <EventRow key={event.seq} event={event} />
            ))}
          </ol>
        </Panel>
      )}
    </div>
  );
}

/** Of more than are shown, those that somebody looks for come first. */
function worstFirst(steps: readonly RunStep[]): readonly RunStep[] {
  if (steps.length <= mostSteps) return steps;
  const isFine = ({ status }: RunStep): boolean => status === "succeeded" || status === "undone";
  return [
    ...steps.filter(({ status }) => status === "failed"),
    ...steps.filter((step) => step.status !== "failed" && !isFine(step)),
    ...steps.filter(isFine),
  ];
}

function RerunFromHere({ run, step }: { run: Run; step: string }) {
  const mayAct = useMay("operator");
  if (!mayAct || !isFinal(run.status)) return null;
  return <RerunFromButton run={run} step={step} label="Rerun from here..." size="small" />;
}

const sentences: Record<GraphNode["kind"], string> = {
  step: "A step: its result is kept, and it is not done again when the run is retried.",
  poll: "Asks again and again until there is an answer; each visit is kept.",
  choice: "Decides by what is known where the run goes on.",
  wait: "Waits.",
  approval: "Waits for a person's decision.",
  parallel: "Goes several ways at the same time.",
  map: "Does the same for each item of a list.",
  raw: "A part written by hand in Amazon States Language.",
  succeed: "The run ends here with its output.",
  fail: "The run ends here without an output.",
};
