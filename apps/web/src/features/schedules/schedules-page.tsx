import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { ScheduleCard } from "./schedule-card.js";

/** Starts that are repeated: when each comes next, and what the last one became. */
export function SchedulesPage() {
  const mayAct = useMay("operator");
  const { data, error, refetch } = trpc.schedules.list.useQuery(undefined, { refetchInterval: 30_000 });
  const add = mayAct && (
    <Button asChild look="primary">
      <Link to="/schedules/new">
        <Plus aria-hidden />
        New schedule
      </Link>
    </Button>
  );
  return (
    <div className="mx-auto max-w-4xl">
      <PageHeader title="Schedules" actions={data && data.length > 0 ? add : undefined} />
      {error && !data ? (
        <ProblemView what="The schedules" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the schedules" />
      ) : data.length === 0 ? (
        <EmptyState title="Nothing is scheduled" action={add}>
          A schedule starts a workflow again and again: every hour, on working days, on the first of the
          month.
        </EmptyState>
      ) : (
        <ul className="grid gap-3">
          {data.map((schedule) => (
            <ScheduleCard key={schedule.id} schedule={schedule} />
          ))}
        </ul>
      )}
    </div>
  );
}
