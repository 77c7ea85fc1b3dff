import { forgetDrafts, ofThisTab } from "./draft-store.js";

const channel = () => new BroadcastChannel("longhaul.drafts");

/** Forgets the drafts of this tab and of the others: whoever wrote them has signed out. */
export function forgetDraftsEverywhere(): void {
  forgetHere();
  const others = channel();
  others.postMessage("forget");
  others.close();
}

/** Hears of a sign-out in another tab. @returns ends it */
export function listenToForget(): () => void {
  const others = channel();
  others.onmessage = forgetHere;
  return () => others.close();
}

function forgetHere(): void {
  forgetDrafts(ofThisTab);
}
