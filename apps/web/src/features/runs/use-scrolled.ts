import { useSyncExternalStore } from "react";

/** How far down the page counts as reading something further below, in CSS pixels. */
const limit = 160;

function subscribe(listener: () => void): () => void {
  window.addEventListener("scroll", listener, { passive: true });
  return () => window.removeEventListener("scroll", listener);
}

/** Whether the reader has scrolled away from the top of the page. */
export function useScrolled(): boolean {
  return useSyncExternalStore(subscribe, () => window.scrollY > limit);
}
