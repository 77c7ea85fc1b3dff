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
  const toEnd = useCallback(() => {
    const { current: box } = ref;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);
  useLayoutEffect(() => {
    if (following && atEnd) toEnd();
  }, [following, atEnd, length, toEnd]);
  const onScroll = useCallback(() => {
    const { current: box } = ref;
    if (box) setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < nearPx);
  }, []);
  return { ref, atEnd, onScroll, toEnd };
}
