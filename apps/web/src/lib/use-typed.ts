import { useEffect, useEffectEvent, useState } from "react";

const typingMs = 250;

/**
 * A text whose place is the address: what is typed goes there when the typing pauses, and what the address says otherwise, as
 * after going back, is shown.
 *
 * @param committed what the address says
 * @param commit puts a text without spaces around it there
 */
export function useTyped(
  committed: string,
  commit: (text: string) => void,
): [text: string, type: (text: string) => void] {
  const [text, setText] = useState(committed);
  const [shownFor, setShownFor] = useState(committed);
  if (shownFor !== committed) {
    setShownFor(committed);
    if (committed !== text.trim()) setText(committed);
  }
  const onPause = useEffectEvent(commit);
  useEffect(() => {
    const typed = text.trim();
    if (typed === committed) return;
    const timer = setTimeout(() => onPause(typed), typingMs);
    return () => clearTimeout(timer);
  }, [text, committed]);
  return [text, setText];
}
