import type { Virtualizer } from "@tanstack/react-virtual";

/** Browsers cut elements off that are higher: Firefox at 17.9 million pixels, Chromium at 33.5. */
const highest = 12_000_000;

/**
 * How high the element is that is scrolled for `rows`, and how many pixels of rows one pixel of scrolling stands for: 1
 * for all but very long tables. `visible`: the height in which rows are seen.
 */
export function scaleOf(rows: number, rowHeight: number, visible: number): { height: number; scale: number } {
  const full = rows * rowHeight;
  const height = Math.min(full, highest);
  return { height, scale: full <= highest ? 1 : (full - visible) / (height - visible) };
}

/** Tells a virtualizer the offset in pixels of rows while the element scrolls in fewer. */
export function observeScaled(scale: number) {
  return (
    { scrollElement: element }: Virtualizer<HTMLDivElement, Element>,
    tell: (offset: number, isScrolling: boolean) => void,
  ) => {
    if (!element) return;
    const onScroll = () => tell(element.scrollTop * scale, true);
    const onEnd = () => tell(element.scrollTop * scale, false);
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("scrollend", onEnd, { passive: true });
    onEnd();
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("scrollend", onEnd);
    };
  };
}

/** Where to scroll to so that a row is seen whole; null where it is. */
export function offsetFor(
  row: number,
  {
    rowHeight,
    visible,
    scale,
    scrollTop,
  }: { rowHeight: number; visible: number; scale: number; scrollTop: number },
): number | null {
  const top = row * rowHeight;
  const from = scrollTop * scale;
  if (top < from) return top / scale;
  // Rounded up: browsers cut fractions of pixels off.
  if (top + rowHeight > from + visible) return Math.ceil((top + rowHeight - visible) / scale);
  return null;
}
