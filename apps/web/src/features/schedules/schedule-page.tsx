import { getRouteApi } from "@tanstack/react-router";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { ScheduleForm } from "./schedule-form.js";

const route = getRouteApi("/app/schedules/$scheduleId");

/** One schedule, to be changed. */
export function SchedulePage() {
  const { scheduleId: id } = route.useParams();
  const schedule = trpc.schedules.get.useQuery({ id });
  const workflow = trpc.workflows.get.useQuery(
    { workflow: schedule.data?.workflow ?? "" },
    { enabled: schedule.data !== undefined },
  );
  const error = schedule.error ?? workflow.error;
  // What was read once stays, and what is written in it, when it cannot be read again.
  if (!schedule.data || !workflow.data) {
    const retry = () => void (schedule.error ? schedule.refetch() : workflow.refetch());
    if (error) return <ProblemView page what="The schedule" error={error} retry={retry} />;
    return <SkeletonLines label="Reading the schedule" count={5} />;
  }
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={schedule.data.name} />
      <ScheduleForm key={id} workflow={workflow.data} schedule={schedule.data} input={schedule.data.input} />
    </div>
  );
}
