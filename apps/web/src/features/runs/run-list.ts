import type { Run } from "@longhaul/kit";

/** A list of runs, newest first: a first page that is kept current, and what was read below it. */
export interface RunList {
  readonly first: readonly string[];
  readonly older: readonly string[];
  readonly byId: Readonly<Record<string, Run>>;
  /** Asks for what comes after the last run; null at the end. */
  readonly cursor: string | null;
}

export interface FirstPage {
  readonly ids: readonly string[];
  readonly runs: readonly Run[];
  readonly nextCursor: string | null;
}

export const emptyList: RunList = { first: [], older: [], byId: {}, cursor: null };

export const listedIds = (list: RunList): string[] => [...list.first, ...list.older];

/** The list after its first page was read anew: runs pushed off its end move to the older ones. */
export function withFirstPage(list: RunList, page: FirstPage): RunList {
  const byId = withRuns(list.byId, page.runs);
  const onPage = new Set(page.ids);
  const last = byId[page.ids.at(-1) ?? ""];
  const pushedOff = list.first.filter((id) => {
    const run = byId[id];
    return page.nextCursor !== null && !onPage.has(id) && run && last && isOlder(run, last);
  });
  const older = [...pushedOff, ...list.older.filter((id) => !onPage.has(id))];
  return { first: page.ids, older, byId, cursor: older.length > 0 ? list.cursor : page.nextCursor };
}

/** The list with the next page below what it has. */
export function withOlderPage(
  list: RunList,
  page: { runs: readonly Run[]; nextCursor: string | null },
): RunList {
  const known = new Set(listedIds(list));
  const added = page.runs.map(({ id }) => id).filter((id) => !known.has(id));
  return {
    ...list,
    older: [...list.older, ...added],
    byId: withRuns(list.byId, page.runs),
    cursor: page.nextCursor,
  };
}

/** The list without the runs that were asked for before `from`, ISO 8601. */
export function runsSince(list: RunList, from: string): RunList {
  const since = Date.parse(from);
  const isYoung = (id: string): boolean => Date.parse(list.byId[id]?.createdAt ?? "") >= since;
  return { ...list, first: list.first.filter(isYoung), older: list.older.filter(isYoung) };
}

function withRuns(byId: RunList["byId"], runs: readonly Run[]): RunList["byId"] {
  const next = { ...byId };
  for (const run of runs) {
    const known = next[run.id];
    if (!known || known.lastSeq <= run.lastSeq) next[run.id] = run;
  }
  return next;
}

function isOlder(run: Run, than: Run): boolean {
  return run.createdAt === than.createdAt ? run.id < than.id : run.createdAt < than.createdAt;
}
