import type { Run } from "@longhaul/kit";
import type { ListPage } from "./list-page.js";
import { ListView } from "./list-view.js";
import { type Message, PlainMessage } from "./message.js";

/** A list as it is now: what is on it in order, and those runs that have changed since the last message. */
export interface RunListUpdate {
  ids: string[];
  runs: Run[];
  nextCursor: string | null;
}

/** One watcher's place at a list of runs. */
export class RunListView extends ListView<ListPage, RunListUpdate> {
  /** The order and the state of what was shown last; null before the first message. */
  #shown: ReadonlyMap<string, number> | null = null;

  protected override show(page: ListPage): Message<RunListUpdate> | null {
    const before = this.#shown;
    const changed = page.runs.filter((run) => run.lastSeq > (before?.get(run.id) ?? 0));
    const ids = page.runs.map(({ id }) => id);
    this.#shown = new Map(page.runs.map((run) => [run.id, run.lastSeq]));
    if (before && changed.length === 0 && isSame(ids, [...before.keys()])) return null;
    return new PlainMessage(null, { ids, runs: changed, nextCursor: page.nextCursor });
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
