import { randomKey } from "@longhaul/client";
import { useNavigate } from "@tanstack/react-router";
import { trpc } from "../../lib/trpc.js";

export interface ScheduleActions {
  pending: boolean;
  /** What went wrong last. */
  error: unknown;
  pause(paused: boolean): void;
  remove(): void;
  runNow(): void;
}

/** What can be done with a schedule. The list shows a pause and a deletion before the server answers. */
export function useScheduleActions({ id }: { id: string }): ScheduleActions {
  const utils = trpc.useUtils();
  const navigate = useNavigate();
  const { list } = utils.schedules;
  const settled = { onSettled: () => utils.schedules.invalidate() };
  const pause = trpc.schedules.pause.useMutation({
    onMutate: async ({ paused }) => {
      await list.cancel();
      // While it is paused there is no next time; when it goes on, the server says which.
      list.setData(undefined, (all) =>
        all?.map((one) => (one.id === id ? { ...one, paused, next: [] } : one)),
      );
    },
    ...settled,
  });
  const remove = trpc.schedules.remove.useMutation({
    onMutate: async () => {
      await list.cancel();
      list.setData(undefined, (all) => all?.filter((one) => one.id !== id));
    },
    ...settled,
  });
  const runNow = trpc.schedules.runNow.useMutation({
    onSuccess: ({ runId }) => navigate({ to: "/runs/$runId/result", params: { runId } }),
  });
  return {
    pending: pause.isPending || remove.isPending || runNow.isPending,
    error: pause.error ?? remove.error ?? runNow.error,
    pause: (paused: boolean) => pause.mutate({ id, paused }),
    remove: () => remove.mutate({ id }),
    runNow: () => runNow.mutate({ id, idempotencyKey: randomKey() }),
  };
}
