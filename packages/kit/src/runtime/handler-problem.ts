/**
 * Why what a handler's file exports does not do the step that it is listed for; null where it does.
 *
 * @param listed as in "data-import/ProcessData"
 */
export function handlerProblem(listed: string, file: unknown): string | null {
  const bound = (file as { readonly default?: { readonly step?: { readonly name?: unknown } } } | undefined)
    ?.default;
  const named = bound?.step?.name;
  if (typeof named !== "string")
    return `The handler of "${listed}" is nothing that implement() has made: let that be the default export of its file.`;
  return listed.endsWith(`/${named}`)
    ? null
    : `The handler of "${listed}" does the step "${named}": correct its file in packages/workflows/src/handlers.ts.`;
}
