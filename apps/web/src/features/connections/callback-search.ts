export interface CallbackSearch {
  code?: string;
  state?: string;
  error?: string;
}

/** What Amazon sends a person back with. */
export function parseCallback(search: Record<string, unknown>): CallbackSearch {
  const texts = (["code", "state", "error"] as const).flatMap((name) =>
    typeof search[name] === "string" ? [[name, search[name]] as const] : [],
  );
  return Object.fromEntries(texts);
}
