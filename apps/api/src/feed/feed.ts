import { type Database, watching } from "@longhaul/db";
import type { Clock } from "../clock.js";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RunFilter } from "../routers/run-filter.js";
import { ApprovalsView, openApprovals } from "./approvals-view.js";
import { ChangeReader } from "./change-reader.js";
import type { Doorbell, Ring } from "./doorbell.js";
import { ListChannel } from "./list-channel.js";
import { pageOf } from "./list-page.js";
import type { View } from "./live-stream.js";
import { RunChannel } from "./run-channel.js";
import { RunListView } from "./run-list-view.js";
import { RunView, type Wanted } from "./run-view.js";
import type { Viewer, Watcher } from "./viewer.js";

/** How often what is watched is compared with the database, for doorbells that never rang. */
const safetyCheckMs = 10_000;
/** How many runs, or people, one question of the check is for. */
const mostAsked = 2_000;
/** Sockets are closed when their token ends, and come back with a new one; this is for all the others. */
const expiryGraceMs = 5_000;

export interface FeedOptions {
  db: Database;
  doorbell: Doorbell;
  clock: Clock;
  log: Logger;
}

/** Everything that is watched through this process. */
export class Feed {
  readonly #organisations = new Map<string, Watched>();
  readonly #reader: ChangeReader;
  readonly #stopChecking: () => void;
  #checking: Promise<void> | null = null;
  #checkingNext: Promise<void> | null = null;

  constructor(private readonly options: FeedOptions) {
    const { db, doorbell, clock, log } = options;
    this.#reader = new ChangeReader(db, log);
    doorbell.onRing((rings) => this.#ring(rings));
    doorbell.onText((org, { run, text }) => this.#organisations.get(org)?.runs.get(run)?.show(text));
    doorbell.onOpen(() => void this.check());
    this.#stopChecking = clock.every(safetyCheckMs, () => void this.check());
  }

  /** A view of a run, among its watchers until it is closed. */
  viewRun(viewer: Viewer, wanted: Wanted): RunView {
    const { organisationId } = viewer;
    const { runs } = this.#watchedOf(organisationId);
    const channel = getOrMake(
      runs,
      wanted.runId,
      () => new RunChannel(organisationId, wanted.runId, this.#reader),
    );
    const view = new RunView(viewer, channel, wanted, this.#leaveRun);
    channel.views.add(view);
    return view;
  }

  /** A view of a list of runs, among its watchers until it is closed. */
  viewList(viewer: Viewer, filter: RunFilter): RunListView {
    const key = JSON.stringify(filter, Object.keys(filter).sort());
    const read = (caller: Watcher) => pageOf(this.options.db, caller, filter);
    return this.#viewOf(viewer, key, read, (channel, leave) => new RunListView(viewer, channel, leave));
  }

  /** A view of the open approvals, among its watchers until it is closed. */
  viewApprovals(viewer: Viewer): ApprovalsView {
    const read = (caller: Watcher) => openApprovals(this.options.db, caller);
    return this.#viewOf(
      viewer,
      "approvals",
      read,
      (channel, leave) => new ApprovalsView(viewer, channel, leave),
    );
  }

  /**
   * Compares what is watched with the database, and ends whoever may not watch any more. While one check is under way
   * another waits for its end: what the first has read may be older than what the second is for.
   */
  check(): Promise<void> {
    this.#endExpired();
    if (!this.#checking) return this.#checkNow();
    this.#checkingNext ??= this.#checking.then(() => {
      this.#checkingNext = null;
      return this.#checkNow();
    });
    return this.#checkingNext;
  }

  #checkNow(): Promise<void> {
    this.#checking = this.#compareAll().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #compareAll(): Promise<void> {
    try {
      for (const some of chunks(this.#people())) await this.#showOut(some);
      for (const some of chunks(this.#channels())) await this.#compare(some);
      for (const { lists } of this.#organisations.values()) for (const list of lists.values()) list.refresh();
    } catch (error) {
      this.options.log.warn({ err: error }, "the feed's safety check failed");
    }
  }

  /** Numbers for the log and for tests: nothing is left once everybody has gone. */
  size(): { runs: number; lists: number } {
    const watched = [...this.#organisations.values()];
    return {
      runs: watched.reduce((sum, { runs }) => sum + runs.size, 0),
      lists: watched.reduce((sum, { lists }) => sum + lists.size, 0),
    };
  }

  async close(): Promise<void> {
    this.#stopChecking();
    await this.options.doorbell.close();
  }

  readonly #leaveRun = (view: RunView): void => {
    const { channel, viewer } = view;
    const { organisationId, runId, views } = channel;
    if (views.delete(view)) viewer.leave();
    const watched = this.#organisations.get(organisationId);
    if (!watched) return;
    if (views.size === 0 && watched.runs.get(runId) === channel) watched.runs.delete(runId);
    this.#tidy(organisationId, watched);
  };

  #viewOf<Page extends object, V extends View<unknown>>(
    viewer: Viewer,
    key: string,
    read: (caller: Watcher) => Promise<Page | null>,
    open: (channel: ListChannel<Page>, leave: (view: unknown) => void) => V,
  ): V {
    const { organisationId } = viewer;
    const watched = this.#watchedOf(organisationId);
    const { lists } = watched;
    // What a key names is always read in the same way.
    const channel = getOrMake(lists, key, () => new ListChannel(read, this.options)) as ListChannel<Page>;
    const view = open(channel, () => {
      if (channel.views.delete(view)) viewer.leave();
      if (channel.views.size === 0 && lists.get(key) === channel) lists.delete(key);
      this.#tidy(organisationId, watched);
    });
    channel.views.add(view);
    return view;
  }

  #watchedOf(organisationId: string): Watched {
    return getOrMake(this.#organisations, organisationId, () => ({ runs: new Map(), lists: new Map() }));
  }

  #tidy(organisationId: string, watched: Watched): void {
    if (watched.runs.size > 0 || watched.lists.size > 0) return;
    if (this.#organisations.get(organisationId) === watched) this.#organisations.delete(organisationId);
  }

  #ring(rings: readonly Ring[]): void {
    const organisations = new Set<string>();
    for (const { org, run, seq } of rings) {
      this.#organisations.get(org)?.runs.get(run)?.announce(seq);
      organisations.add(org);
    }
    for (const org of organisations) {
      for (const list of this.#organisations.get(org)?.lists.values() ?? []) list.refresh();
    }
  }

  #endExpired(): void {
    const past = this.options.clock.now() - expiryGraceMs;
    for (const view of this.#views()) {
      if (view.viewer.expiresAt < past) view.end(new ApiError("TOKEN_EXPIRED"));
    }
  }

  /** Who watches, once for each organisation however many views of it they have open. */
  #people(): Person[] {
    const people: Person[] = [];
    for (const [organisationId, watched] of this.#organisations) {
      const known = new Map<string, Person>();
      for (const view of viewsOf(watched)) {
        const { userId } = view.viewer;
        getOrMake(known, userId, () => ({ userId, organisationId, views: [] })).views.push(view);
      }
      people.push(...known.values());
    }
    return people;
  }

  async #showOut(people: readonly Person[]): Promise<void> {
    for (const place of await watching.goneMembers(this.options.db, people)) {
      for (const view of people[place]?.views ?? []) view.end(new ApiError("NOT_A_MEMBER"));
    }
  }

  #channels(): RunChannel[] {
    return [...this.#organisations.values()].flatMap(({ runs }) => [...runs.values()]);
  }

  async #compare(channels: readonly RunChannel[]): Promise<void> {
    const moved = await watching.movedHeads(this.options.db, channels);
    if (moved.length === 0) return;
    const heads = new Map(moved.map(({ runId, lastSeq }) => [runId, lastSeq]));
    for (const channel of channels) {
      const head = heads.get(channel.runId);
      if (head !== undefined) channel.announce(head);
    }
  }

  *#views(): Generator<View<unknown>> {
    for (const watched of this.#organisations.values()) yield* viewsOf(watched);
  }
}

/** What is watched of one organisation. */
interface Watched {
  runs: Map<string, RunChannel>;
  lists: Map<string, ListChannel<object>>;
}

interface Person {
  userId: string;
  organisationId: string;
  views: View<unknown>[];
}

function* viewsOf({ runs, lists }: Watched): Generator<View<unknown>> {
  for (const { views } of runs.values()) yield* views;
  for (const { views } of lists.values()) yield* views;
}

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += mostAsked) yield all.slice(from, from + mostAsked);
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
