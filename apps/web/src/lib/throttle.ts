/** Calls `work` at once and then at most every `ms`, the last call always being answered. */
export function throttle(work: () => void, ms: number): { call: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  function call(): void {
    if (timer) {
      again = true;
      return;
    }
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) {
        again = false;
        call();
      }
    }, ms);
  }
  return { call, cancel: () => clearTimeout(timer) };
}
