import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import {
  AsyncOperation,
  type AsyncOperationHandlers,
  type AsyncOperationState,
  type KeyValueStore,
  type Memory,
  type Start,
} from "./async-operation.js";
import { useLonghaul } from "./context.js";

export interface AsyncOperationOptions<Output> extends AsyncOperationHandlers<Output> {
  /** Under which name the run is remembered, so that it is taken up after a reload; without one it is not. */
  key?: string | undefined;
  /** Where it is remembered; the tab's session by default. */
  store?: KeyValueStore | undefined;
}

export interface UsedAsyncOperation<Args extends readonly unknown[], Output> {
  state: AsyncOperationState<Output>;
  /** Starts a run: the state is "starting" at once. Does nothing while a run is under way. */
  execute(...args: Args): void;
  /** Back to idle; a run that is under way goes on by itself. */
  reset(): void;
}

/**
 * Starts runs and follows each to its end. `onSuccess` and `onError` are called once, at the end of the run and
 * not of the request, also when the page was loaded again in between (with a `key`).
 *
 * @example
 * const { state, execute } = useAsyncOperation(longhaul.workflows.dataImport.start, { key: "import", onSuccess });
 */
export function useAsyncOperation<Args extends readonly unknown[], Output>(
  start: Start<Args, Output>,
  options: AsyncOperationOptions<Output> = {},
): UsedAsyncOperation<Args, Output> {
  const longhaul = useLonghaul();
  const latest = useRef({ start, options });
  useLayoutEffect(() => {
    latest.current = { start, options };
  });
  const [operation] = useState(
    () =>
      new AsyncOperation<Args, Output>(
        longhaul,
        () => latest.current.options,
        memoryOf(options.key, options.store),
      ),
  );
  useEffect(() => operation.resume(), [operation]);
  const state = useSyncExternalStore(operation.subscribe, operation.get, operation.get);
  const execute = useCallback(
    (...args: Args) => void operation.execute(latest.current.start, args),
    [operation],
  );
  const reset = useCallback(() => operation.reset(), [operation]);
  return { state, execute, reset };
}

function memoryOf(key: string | undefined, store: KeyValueStore | undefined): Memory | null {
  if (key === undefined) return null;
  const chosen = store ?? sessionStore();
  return chosen && { key: `longhaul.operation.${key}`, store: chosen };
}

/** The tab's own storage; null where it is forbidden, or where there is no tab. */
function sessionStore(): KeyValueStore | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
