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

/** Where the row led to that had the focus last: whoever comes back from there goes on from it. */
let lastRow: string | null = null;

/** Moves the focus by `step` among the rows of the page's lists, from the row that has it, or had it last, or the first. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const focused = rows.findIndex((row) => row === document.activeElement);
  const current = focused === -1 ? rows.findIndex((row) => row.getAttribute("href") === lastRow) : focused;
  const next = current === -1 ? 0 : Math.min(Math.max(current + step, 0), rows.length - 1);
  const row = rows[next];
  lastRow = row?.getAttribute("href") ?? null;
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** Whether something was typed into what may be sent from this page: a form or an editor, and no search. */
export function isDraft(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("main :is(form, [contenteditable])") !== null &&
    target.closest("[data-search]") === null
  );
}

/** Whether something of a form on this page was refused: what was typed into it has not been sent. */
export function isRefused(): boolean {
  return document.querySelector("main form :is([aria-invalid=true], [data-wrong], [role=alert])") !== null;
}
