import { getRouteApi } from "@tanstack/react-router";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay, useMe } from "../settings/use-me.js";
import { ContractField } from "./form-field.js";
import { RunAtOnce } from "./run-at-once.js";
import { useStartForm } from "./use-start-form.js";

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
  if (!workflow.data || me.isPending || (from && previous.isPending)) {
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
  return <StartForm key={`${name} ${from ?? ""}`} workflow={workflow.data} previous={input} />;
}

function StartForm({ workflow, previous }: { workflow: Outputs["workflows"]["get"]; previous: unknown }) {
  const { fields, form, phase, onSubmit } = useStartForm(workflow, previous);
  if (phase === "starting")
    return <RunAtOnce workflow={workflow} name={String(form.values["name"] ?? workflow.title)} />;
  const general = form.errors[""];
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={workflow.title} />
      <p className="mb-6 text-ink-soft">{workflow.description}</p>
      <form noValidate onSubmit={onSubmit} className="grid gap-5">
        {general && (
          <Notice role="alert" look="bad" title="The run was not started">
            {general}
          </Notice>
        )}
        {previous !== undefined && (
          <Notice look="info">Filled in from the earlier run. Choose its file again.</Notice>
        )}
        {fields.map((field) => (
          <ContractField key={field.path} field={field} form={form} />
        ))}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary">
            Start
          </Button>
          <p role="status" className="text-ink-soft">
            {phase === "uploading" && "Starts as soon as the upload is done."}
          </p>
        </div>
      </form>
    </div>
  );
}
