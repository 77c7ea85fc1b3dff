import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import { z } from "zod/mini";
import { organisationOf, useSession } from "../session/session.js";
import { type DraftOwner, draftKey, keepDraft, keptDraft, ofThisTab } from "./draft-store.js";

/** A form as it is written. */
export interface Draft {
  /** Whether it began with what was kept. */
  readonly restored: boolean;
  /** Keeps it no more: it has been sent, or given up. */
  forget(): void;
  /** Begins anew. */
  discard(): void;
}

/** The same, with what it is compared with: only what differs from that is kept. */
export interface DraftOf<T> extends Draft {
  readonly begun: T;
  /** That is another one from now on: it has been saved. */
  rebase(begun: T): void;
}

interface DraftOptions<T> {
  /** What is being written, with the id of what is changed by it. */
  readonly form: string;
  /** What of it can be taken up again. */
  readonly schema: z.core.$ZodType<T>;
  readonly begin: () => T;
}

/**
 * State of a form that a reload, or leaving the page, does not lose: this tab keeps it for the person and the organisation until
 * it is sent, or they sign out. Never for secrets, and files cannot be kept.
 */
export function useDraft<T>({
  form,
  schema,
  begin,
}: DraftOptions<T>): [value: T, set: Dispatch<SetStateAction<T>>, draft: DraftOf<T>] {
  const owner = useOwner();
  const [key] = useState(() => draftKey(owner, form));
  const [begun, setBegun] = useState(begin);
  const [kept] = useState(() => {
    const read = z.safeParse(schema, keptDraft(ofThisTab, key));
    return read.success ? read.data : undefined;
  });
  const [value, setValue] = useState(kept ?? begun);
  const [restored, setRestored] = useState(kept !== undefined);
  const settled = useRef(value);
  useEffect(() => {
    if (value === settled.current) return;
    settled.current = value;
    keepDraft(ofThisTab, key, JSON.stringify(value) === JSON.stringify(begun) ? undefined : value);
  }, [key, value, begun]);
  const forget = () => {
    keepDraft(ofThisTab, key, undefined);
    setRestored(false);
  };
  const discard = () => {
    setValue(begun);
    forget();
  };
  const rebase = (now: T) => {
    setBegun(now);
    forget();
  };
  return [value, setValue, { restored, begun, forget, discard, rebase }];
}

function useOwner(): DraftOwner {
  const session = useSession();
  return { userId: session?.user.id ?? "", organisationId: session && organisationOf(session) };
}

/** Several parts of one form as one. */
export function together(...drafts: readonly Draft[]): Draft {
  return {
    restored: drafts.some(({ restored }) => restored),
    forget: () => drafts.forEach(({ forget }) => forget()),
    discard: () => drafts.forEach(({ discard }) => discard()),
  };
}
