import { createContext, use, useEffect, useSyncExternalStore } from "react";
import { type LiveSource, openLive } from "./open-live.js";
import type { LiveState, LiveTransport } from "./transport.js";

export const TransportContext = createContext<LiveTransport | null>(null);

function useTransport(): LiveTransport {
  const transport = use(TransportContext);
  if (!transport) throw new Error("This part of the page needs a live connection around it.");
  return transport;
}

/** Follows `source` while the component is there. Give a memoised source; null follows nothing. */
export function useLive(source: LiveSource | null): void {
  const transport = useTransport();
  useEffect(() => (source ? openLive(transport, source) : undefined), [transport, source]);
}

export function useLiveState(): LiveState {
  const transport = useTransport();
  return useSyncExternalStore(transport.subscribe, transport.get);
}
