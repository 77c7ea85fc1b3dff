import { useRun as useFollowedRun } from "@longhaul/client/react";
import type { Run } from "@longhaul/kit";
import { RotateCw } from "lucide-react";
import { Button } from "../../../components/ui/button.js";
import { toProblem } from "../../../lib/errors.js";
import { trpc } from "../../../lib/trpc.js";

interface RetryRunProps {
  run: Run;
  /** Whether it is what most people will want to do now. */
  first: boolean;
}

/** Lets an ended run go on as its next attempt; steps that are done are not done again. */
export function RetryRun({ run, first }: RetryRunProps) {
  const utils = trpc.useUtils();
  const { reopen } = useFollowedRun(run.id);
  const retry = trpc.runs.retry.useMutation({
    onSuccess: async () => {
      await utils.runs.get.invalidate({ runId: run.id });
      reopen();
    },
  });
  return (
    <>
      <Button
        look={first ? "primary" : "plain"}
        disabled={retry.isPending}
        title="Goes on from where it stopped: what is done is not done again."
        onClick={() => retry.mutate({ runId: run.id })}
      >
        <RotateCw aria-hidden />
        {retry.isPending ? "Retrying..." : "Retry"}
      </Button>
      {retry.isError && (
        <p role="alert" className="basis-full text-bad">
          {toProblem(retry.error).message}
        </p>
      )}
    </>
  );
}
