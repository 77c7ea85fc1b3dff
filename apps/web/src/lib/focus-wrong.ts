/** What is wrong is drawn within so many frames, on a busy computer too. */
const mostFrames = 60;

/** Moves the focus to the first field of a form that something is wrong with, once that is drawn. */
export function focusFirstWrong(frames = mostFrames): void {
  requestAnimationFrame(() => {
    // A list without entries has no field: what adds one is marked.
    const field = document.querySelector<HTMLElement>("form :is([aria-invalid=true], [data-wrong])");
    if (field) field.focus();
    else if (frames > 1) focusFirstWrong(frames - 1);
  });
}
