import { randomKey } from "@longhaul/client";
import type { Run } from "@longhaul/kit";
import { useNavigate } from "@tanstack/react-router";
import { CalendarClock, ChevronDown, ListRestart, Pencil, Repeat } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Menu, MenuItem } from "../../../components/ui/menu.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";
import { hasFiles } from "../../schedules/use-input-form.js";
import { fieldsOf } from "../../start/schema.js";

const RerunFromDialog = lazy(async () => ({
  default: (await import("./rerun-from-dialog.js")).RerunFromDialog,
}));

/** The ways to do again what an ended run has done; each makes a new run. */
export function RerunMenu({ run }: { run: Run }) {
  const navigate = useNavigate();
  const [choosing, setChoosing] = useState(false);
  const [key] = useState(randomKey);
  const { data: workflow } = trpc.workflows.get.useQuery({ workflow: run.workflow }, { staleTime: Infinity });
  const repeatable = workflow !== undefined && !hasFiles(fieldsOf(workflow.inputSchema));
  const rerun = trpc.runs.rerun.useMutation({
    onSuccess: ({ runId }) => navigate({ to: "/runs/$runId/result", params: { runId } }),
  });
  return (
    <>
      <Menu
        trigger={
          <Button disabled={rerun.isPending}>
            <Repeat aria-hidden />
            {rerun.isPending ? "Starting..." : "Rerun"}
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => rerun.mutate({ runId: run.id, idempotencyKey: key })}>
          <Repeat aria-hidden />
          With the same input
        </MenuItem>
        <MenuItem onSelect={() => setChoosing(true)}>
          <ListRestart aria-hidden />
          From a step...
        </MenuItem>
        <MenuItem
          onSelect={() =>
            void navigate({
              to: "/start/$workflow",
              params: { workflow: run.workflow },
              search: { from: run.id },
            })
          }
        >
          <Pencil aria-hidden />
          With changes...
        </MenuItem>
        {repeatable && (
          <MenuItem onSelect={() => void navigate({ to: "/schedules/new", search: { from: run.id } })}>
            <CalendarClock aria-hidden />
            Repeat on a schedule...
          </MenuItem>
        )}
      </Menu>
      {choosing && (
        <Suspense>
          <RerunFromDialog run={run} onClose={() => setChoosing(false)} />
        </Suspense>
      )}
      {rerun.isError && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(rerun.error).message}
        </p>
      )}
    </>
  );
}
