import { Link } from "@tanstack/react-router";
import type { Outputs } from "../../lib/trpc.js";
import { ownPageOf } from "./own-pages.js";

type WorkflowCard = Outputs["workflows"]["list"][number];

interface StartedElsewhereProps {
  /** Those that take the id of something that is there already. */
  workflows: readonly WorkflowCard[];
  mayStart: boolean;
}

/** Workflows that nobody starts from scratch, each with the way to where it is at hand. */
export function StartedElsewhere({ workflows, mayStart }: StartedElsewhereProps) {
  if (workflows.length === 0) return null;
  return (
    <section aria-labelledby="started-elsewhere" className="grid gap-3">
      <div>
        <h2 id="started-elsewhere" className="text-lg font-semibold">
          Started from other pages
        </h2>
        <p className="text-ink-soft">
          Each works on something that is there already, and is offered where that is shown.
        </p>
      </div>
      <ul className="divide-y rounded-lg border bg-surface">
        {workflows.map((workflow) => (
          <li
            key={workflow.name}
            className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 @3xl:grid-cols-[16rem_1fr_auto]"
          >
            <h3 className="font-medium">{workflow.title}</h3>
            <p className="text-ink-soft">{workflow.description}</p>
            <p>{mayStart && <WayTo workflow={workflow} />}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is started by its form only is started there, too: the words tell where to find what the form asks for. */
function WayTo({ workflow: { name, title, startedFrom } }: { workflow: WorkflowCard }) {
  const own = ownPageOf(name);
  return own ? (
    <>
      From {startedFrom}, under{" "}
      <Link to={own.to} data-row className="link">
        {own.place}
      </Link>
    </>
  ) : (
    <>
      From {startedFrom}, or by{" "}
      <Link to="/start/$workflow" params={{ workflow: name }} data-row className="link">
        the form of {title}
      </Link>
    </>
  );
}
