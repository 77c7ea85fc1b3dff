import { AwsError } from "../aws-error.js";
import type { Request } from "./request.js";

/** A page of items and the token of the next page, if there is one. */
export interface Page<T> {
  items: T[];
  nextToken?: string;
}

/**
 * Takes one page.
 * @param items those from the page's start on; taken lazily
 * @param position what a later request needs to begin at an item
 */
export function page<T>(items: Iterable<T>, limit: number, position: (item: T) => unknown): Page<T> {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length === limit) return { items: taken, nextToken: token(position(item)) };
    taken.push(item);
  }
  return { items: taken };
}

function token(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** The position that the nextToken of a request holds. @throws AwsError InvalidToken for anything that `page` did not make */
export function readToken<T>(request: Request, valid: (position: unknown) => position is T): T | undefined {
  const text = request.optionalString("nextToken", { min: 1, max: 3096 });
  if (text === undefined) return undefined;
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    position = undefined;
  }
  if (!valid(position)) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
  return position;
}

export function isNumber(position: unknown): position is number {
  return typeof position === "number" && Number.isSafeInteger(position);
}

/** maxResults as AWS reads it: 0 or absent is the default. */
export function pageSize(maxResults: number | undefined, otherwise = 100): number {
  return maxResults === undefined || maxResults === 0 ? otherwise : maxResults;
}
