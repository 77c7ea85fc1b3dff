import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/** So near to the end counts as being there. */
const nearPx = 60;

interface FollowEnd {
  readonly ref: RefObject<HTMLDivElement | null>;
  /** Whether the reader is at the end; whoever has gone back to read is not. */
  readonly atEnd: boolean;
  onScroll(): void;
  toEnd(): void;
}

/** Keeps the end in view as long as the reader is there; whoever scrolls back is left where they read. */
export function useFollowEnd(following: boolean, length: number): FollowEnd {
  const ref = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  /** Where it was put last. */
  const placed = useRef(0);
  const toEnd = useCallback(() => {
    const { current: box } = ref;
    if (!box) return;
    box.scrollTop = box.scrollHeight;
    placed.current = box.scrollTop;
  }, []);
  useLayoutEffect(() => {
    const { current: box } = ref;
    if (!following || !atEnd || !box) return;
    // The event of a scroll comes with the next frame: whoever has gone back since the last one is not fetched.
    if (box.scrollTop >= placed.current - 1 || isNearEnd(box)) toEnd();
  }, [following, atEnd, length, toEnd]);
  const onScroll = useCallback(() => {
    const { current: box } = ref;
    if (box) setAtEnd(isNearEnd(box));
  }, []);
  return { ref, atEnd, onScroll, toEnd };
}

function isNearEnd(box: HTMLDivElement): boolean {
  return box.scrollHeight - box.scrollTop - box.clientHeight < nearPx;
}
