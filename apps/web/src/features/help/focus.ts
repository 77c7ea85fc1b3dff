/** Whether keys go into a field at this moment. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input,textarea,select,[contenteditable]") !== null;
}

/** Puts the cursor into the page's search; false when it has none. */
export function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  field?.focus();
  field?.select();
  return field !== null;
}

/** Moves the focus by `step` among the rows of the page's lists, from the row that has it or the first. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const current = rows.findIndex((row) => row === document.activeElement);
  const next = current === -1 ? 0 : Math.min(Math.max(current + step, 0), rows.length - 1);
  const row = rows[next];
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}
