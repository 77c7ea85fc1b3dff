/** Moves the focus to the first field of a form that something is wrong with, once that is drawn. */
export function focusFirstWrong(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus());
}
