import type { Run } from "@longhaul/kit";
import { Pin, PinOff } from "lucide-react";
import { Button } from "../../../components/ui/button.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";

/** Keeps an ended run beyond its time, or lets it go again. */
export function PinRun({ run }: { run: Run }) {
  const utils = trpc.useUtils();
  const pin = trpc.runs.pin.useMutation({
    // No event tells of it: the run that was read is changed in place.
    onSuccess: (pinned) =>
      utils.runs.get.setData(
        { runId: run.id },
        (details) => details && { ...details, run: { ...details.run, ...pinned } },
      ),
  });
  const Icon = run.pinned ? PinOff : Pin;
  return (
    <>
      <Button
        look="quiet"
        disabled={pin.isPending}
        title={run.pinned ? "Lets the run expire again." : "Keeps the run and its files beyond their time."}
        onClick={() => pin.mutate({ runId: run.id, pinned: !run.pinned })}
      >
        <Icon aria-hidden />
        {run.pinned ? "Unpin" : "Pin"}
      </Button>
      {pin.isError && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(pin.error).message}
        </p>
      )}
    </>
  );
}
