import { getRouteApi, Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Notice } from "../../components/ui/notice.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { useMay, useMe } from "../settings/use-me.js";
import { ownPageOf } from "./own-pages.js";
import { StartForm } from "./start-form.js";

const route = getRouteApi("/app/start/$workflow");

/** The form of one workflow, drawn from its contract. */
export function StartPage() {
  const { workflow: name } = route.useParams();
  const { from } = route.useSearch();
  const workflow = trpc.workflows.get.useQuery({ workflow: name }, { staleTime: Infinity });
  const previous = trpc.runs.get.useQuery({ runId: from ?? "" }, { enabled: Boolean(from) });
  const me = useMe();
  const mayStart = useMay("operator");
  if (workflow.error) {
    return <ProblemView page what="The form" error={workflow.error} retry={() => void workflow.refetch()} />;
  }
  if (!workflow.data || !me.data || (from && previous.isPending)) {
    return <SkeletonLines label="Reading the form" count={5} />;
  }
  if (!mayStart) {
    return (
      <EmptyState page title="You may not start runs">
        Your role looks at runs; ask an admin for more.
      </EmptyState>
    );
  }
  const input = previous.data?.run.workflow === name ? previous.data.run.input : undefined;
  const { title, description, startedFrom } = workflow.data;
  const own = ownPageOf(name);
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={title} />
      <p className="mb-6 text-ink-soft">{description}</p>
      {startedFrom !== null && own && (
        <Notice look="info" className="mb-6">
          This is offered, with its ids filled in, on {startedFrom}, under{" "}
          <Link to={own.to} className="link">
            {own.place}
          </Link>
          .
        </Notice>
      )}
      {from !== undefined && previous.error && (
        <Notice look="warn" className="mb-6" title="The earlier run could not be read">
          {toProblem(previous.error).message} The form begins as a new one.
        </Notice>
      )}
      <StartForm key={`${name} ${from ?? ""}`} workflow={workflow.data} previous={input} from={from} />
    </div>
  );
}
