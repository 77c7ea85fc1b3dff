import type { LiveStatus } from "@longhaul/client";
import { useLiveState } from "@longhaul/client/react";
import { cn } from "../../lib/cn.js";

const faces: Record<LiveStatus, { text: string; dot: string; title: string }> = {
  connecting: { text: "Connecting...", dot: "bg-idle", title: "Asking the server for live changes." },
  live: { text: "Live", dot: "bg-good", title: "Changes show as they happen." },
  polling: {
    text: "Polling",
    dot: "bg-warn",
    title: "A live connection does not get through here: the page asks every 2 seconds.",
  },
  retrying: {
    text: "Connection lost, retrying...",
    dot: "bg-bad",
    title: "Your runs go on. Nothing is missed: the page catches up when the connection is back.",
  },
};

/** Says honestly how current the page is. */
export function LiveDot() {
  const { status, mode } = useLiveState();
  const { text, dot, title } = faces[status];
  return (
    <span
      role="status"
      title={title}
      data-live={status}
      data-mode={mode}
      className="inline-flex items-center gap-1.5 text-sm text-ink-soft"
    >
      <span aria-hidden className={cn("forced-color-adjust-none size-2 rounded-full", dot)} />
      {text}
    </span>
  );
}
