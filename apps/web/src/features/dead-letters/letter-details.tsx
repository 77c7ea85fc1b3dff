import type { Run } from "@longhaul/kit";
import { JsonView } from "../../components/ui/json-view.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { TimeAgo } from "../../components/ui/time.js";
import { trpc } from "../../lib/trpc.js";

/** How often, what stood in the way, the message itself and what its run was given. */
export function LetterDetails({ run }: { run: Run }) {
  const { data, error, refetch } = trpc.deadLetters.get.useQuery({ runId: run.id });
  if (error && !data) return <ProblemView what="The message" error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines label="Reading the message" count={3} />;
  const { times, cause, reasons, message } = data;
  return (
    <div className="mt-2 grid gap-3">
      <p>
        Given up {times === 1 ? "once" : `${times} times`}. {cause}
      </p>
      {reasons.length > 0 && (
        <ul className="grid gap-0.5 text-ink-soft">
          {reasons.map(({ at, reason }) => (
            <li key={at}>
              <TimeAgo at={at} />: {reason}
            </li>
          ))}
        </ul>
      )}
      <Payload title="Message" value={message} />
      <Payload title="Input of the run" value={run.input} />
    </div>
  );
}

function Payload({ title, value }: { title: string; value: unknown }) {
  return (
    <section className="grid gap-1">
      <h3 className="text-sm font-semibold">{title}</h3>
      <JsonView value={value} label={title} />
    </section>
  );
}
