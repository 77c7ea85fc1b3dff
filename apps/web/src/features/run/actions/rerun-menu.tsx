import { randomKey } from "@longhaul/client";
import type { Run } from "@longhaul/kit";
import { useNavigate } from "@tanstack/react-router";
import { CalendarClock, ChevronDown, ListRestart, Pencil, Repeat } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Menu, MenuItem } from "../../../components/ui/menu.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";
import { fieldsOf, hasFiles } from "../../start/schema.js";
import { RerunFrom } from "./rerun-from-button.js";

interface RerunMenuProps {
  run: Run;
  /** Whether it is what most people will want to do now: what changes something comes first then. */
  first: boolean;
}

/** The ways to do again what an ended run has done; each makes a new run. */
export function RerunMenu({ run, first }: RerunMenuProps) {
  const navigate = useNavigate();
  const [choosing, setChoosing] = useState(false);
  const [key] = useState(randomKey);
  const { data: workflow } = trpc.workflows.get.useQuery({ workflow: run.workflow }, { staleTime: Infinity });
  const repeatable = workflow !== undefined && !hasFiles(fieldsOf(workflow.inputSchema));
  const rerun = trpc.runs.rerun.useMutation({
    onSuccess: ({ runId }) => navigate({ to: "/runs/$runId/result", params: { runId } }),
  });
  const same = (
    <MenuItem onSelect={() => rerun.mutate({ runId: run.id, idempotencyKey: key })}>
      <Repeat aria-hidden />
      With the same input
    </MenuItem>
  );
  const changed = (
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
  );
  return (
    <>
      <Menu
        trigger={
          <Button look={first ? "primary" : "plain"} disabled={rerun.isPending}>
            <Repeat aria-hidden />
            {rerun.isPending ? "Starting..." : "Rerun"}
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        {first ? changed : same}
        <MenuItem onSelect={() => setChoosing(true)}>
          <ListRestart aria-hidden />
          From a step...
        </MenuItem>
        {first ? same : changed}
        {repeatable && (
          <MenuItem onSelect={() => void navigate({ to: "/schedules/new", search: { from: run.id } })}>
            <CalendarClock aria-hidden />
            Repeat on a schedule...
          </MenuItem>
        )}
      </Menu>
      {choosing && <RerunFrom run={run} onClose={() => setChoosing(false)} />}
      {rerun.isError && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(rerun.error).message}
        </p>
      )}
    </>
  );
}
