/** What `sessionStorage` does, or what stands in for it. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** Gives it: where a browser keeps nothing, even asking for it throws. */
type OpenStorage = () => DraftStorage;

/** The one of this tab. */
export const ofThisTab: OpenStorage = () => sessionStorage;

const prefix = "longhaul.draft ";

/** Whose draft it is: nobody else gets to see it, and neither does the same person in another organisation. */
export interface DraftOwner {
  readonly userId: string;
  readonly organisationId: string | null;
}

/** Where a draft is kept: `form` is what is being written, e.g. "invitation" or "start data-import". */
export const draftKey = ({ userId, organisationId }: DraftOwner, form: string): string =>
  `${prefix}${userId} ${organisationId ?? ""} ${form}`;

/** What was kept; undefined where nothing was, or nothing that can be read. */
export function keptDraft(open: OpenStorage, key: string): unknown {
  try {
    const text = open().getItem(key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keeps a draft; undefined keeps none. Where there is no storage, or no room in it, a reload loses what was written. */
export function keepDraft(open: OpenStorage, key: string, value: unknown): void {
  try {
    if (value === undefined) open().removeItem(key);
    else open().setItem(key, JSON.stringify(value));
  } catch {
    // What was kept before is not what is written now.
    quietly(() => open().removeItem(key));
  }
}

/** Forgets every draft, whoever wrote it. */
export function forgetDrafts(open: OpenStorage): void {
  quietly(() => {
    const storage = open();
    const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place));
    for (const key of keys) if (key?.startsWith(prefix)) storage.removeItem(key);
  });
}

function quietly(remove: () => void): void {
  try {
    remove();
  } catch {
    // Storage is forbidden here, and nothing was kept.
  }
}
