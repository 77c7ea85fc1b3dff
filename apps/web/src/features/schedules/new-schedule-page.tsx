import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Field } from "../../components/ui/field.js";
import { Select } from "../../components/ui/input.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay, useMe } from "../settings/use-me.js";
import { ScheduleForm } from "./schedule-form.js";

const route = getRouteApi("/app/schedules/new");

/** A new schedule, of a workflow that is chosen here, or of a run that is to be repeated. */
export function NewSchedulePage() {
  const { workflow, from } = route.useSearch();
  const navigate = useNavigate();
  const me = useMe();
  const mayAct = useMay("operator");
  const list = trpc.workflows.list.useQuery(undefined, { staleTime: Infinity });
  const previous = trpc.runs.get.useQuery({ runId: from ?? "" }, { enabled: Boolean(from) });
  const chosen = previous.data?.run.workflow ?? workflow;
  const details = trpc.workflows.get.useQuery({ workflow: chosen ?? "" }, { enabled: Boolean(chosen) });
  // What was read once stays, and what is written in it, when it cannot be read again.
  const missing = [list, previous, details].filter(({ error, data }) => error && !data);
  if (missing[0]) {
    const retry = () => missing.forEach(({ refetch }) => void refetch());
    return <ProblemView page what="The form" error={missing[0].error} retry={retry} />;
  }
  if (!list.data || !me.data || (from && previous.isPending))
    return <SkeletonLines label="Reading the workflows" />;
  if (!mayAct) {
    return (
      <EmptyState page title="You may not make schedules">
        Your role looks at runs; ask an admin for more.
      </EmptyState>
    );
  }
  const elsewhere = list.data.filter(({ startedFrom }) => startedFrom !== null);
  return (
    <div className="mx-auto grid max-w-2xl gap-5">
      <PageHeader title="New schedule" />
      {!from && (
        <Field
          label="Workflow"
          help="What is started again and again; when, comes next. One that needs a file cannot be repeated."
          required
        >
          {(control) => (
            <Select
              {...control}
              name="workflow"
              value={chosen ?? ""}
              onChange={(event) =>
                void navigate({
                  to: "/schedules/new",
                  search: { workflow: event.target.value },
                  replace: true,
                })
              }
            >
              <option value="">Choose...</option>
              <Choices workflows={list.data.filter(({ startedFrom }) => startedFrom === null)} />
              {elsewhere.length > 0 && (
                <optgroup label="With the id of something that is there">
                  <Choices workflows={elsewhere} />
                </optgroup>
              )}
            </Select>
          )}
        </Field>
      )}
      {details.data && (
        <ScheduleForm
          key={`${details.data.name} ${from ?? ""}`}
          workflow={details.data}
          schedule={null}
          input={previous.data?.run.input}
          from={from}
        />
      )}
    </div>
  );
}

function Choices({ workflows }: { workflows: Outputs["workflows"]["list"] }) {
  return workflows.map(({ name, title }) => (
    <option key={name} value={name}>
      {title}
    </option>
  ));
}
