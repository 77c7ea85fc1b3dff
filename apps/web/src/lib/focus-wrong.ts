/** What is wrong is drawn within so many frames, on a busy computer too. */
const mostFrames = 60;

/** Moves the focus to the first field of a form that something is wrong with, once that is drawn. */
export function focusFirstWrong(frames = mostFrames): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>("form [aria-invalid=true]");
    if (field) field.focus();
    else if (frames > 1) focusFirstWrong(frames - 1);
  });
}
