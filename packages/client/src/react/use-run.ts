import { useCallback, useSyncExternalStore } from "react";
import { useLonghaul } from "./context.js";
import { emptyView, followedRun, type RunView } from "./run-store.js";

const never = () => () => {};
const nothing = () => emptyView;

export interface UsedRun extends RunView {
  /** Goes on following a run that had ended, after it was retried. */
  reopen(): void;
}

/**
 * Follows a run while the component is there; null follows nothing. However many components ask for the same
 * run, it is watched once. `run` is null until the first message; `error` is why a run cannot be followed.
 */
export function useRun(runId: string | null): UsedRun {
  const longhaul = useLonghaul();
  const followed = runId === null ? null : followedRun(longhaul, runId);
  const view = useSyncExternalStore(followed?.subscribe ?? never, followed?.get ?? nothing, nothing);
  const reopen = useCallback(() => followed?.reopen(), [followed]);
  return { ...view, reopen };
}
