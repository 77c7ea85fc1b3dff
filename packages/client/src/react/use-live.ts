import { useEffect, useSyncExternalStore } from "react";
import { type LiveSource, openLive } from "../live/open-live.js";
import type { LiveState } from "../live/transport.js";
import { useLonghaul } from "./context.js";

/** Follows `source` while the component is there. Give a memoised source; null follows nothing. */
export function useLive(source: LiveSource | null): void {
  const { transport } = useLonghaul().connection;
  useEffect(() => (source ? openLive(transport, source) : undefined), [transport, source]);
}

/** By which way changes come, and whether they do. */
export function useLiveState(): LiveState {
  const { transport } = useLonghaul().connection;
  return useSyncExternalStore(transport.subscribe, transport.get, transport.get);
}
