/** Where to go after signing in; the runs unless it says otherwise. */
export interface ReturnTo {
  to?: string;
}

/** Reads the URL: a path of this site and nothing else. */
export function parseReturn(search: Record<string, unknown>): ReturnTo {
  const { to } = search;
  return typeof to === "string" && /^\/(?![/\\])/.test(to) ? { to } : {};
}

/** Back to where somebody is, as path and search, who has to sign in first. */
export const returnTo = (href: string): ReturnTo => (href === "/" ? {} : { to: href });
