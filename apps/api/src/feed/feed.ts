import { type Database, watching } from "@longhaul/db";
import type { Clock } from "../clock.js";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RunFilter } from "../routers/run-filter.js";
import { ChangeReader } from "./change-reader.js";
import type { Doorbell, Ring } from "./doorbell.js";
import { ListChannel } from "./list-channel.js";
import { ListView } from "./list-view.js";
import { RunChannel } from "./run-channel.js";
import { RunView, type Wanted } from "./run-view.js";
import type { Viewer } from "./viewer.js";

/** How often what is watched is compared with the database, for doorbells that never rang. */
const safetyCheckMs = 10_000;
/** How many views one question of the check is for. */
const mostViews = 2_000;
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
  readonly #runs = new Map<string, RunChannel>();
  readonly #lists = new Map<string, Map<string, ListChannel>>();
  readonly #reader: ChangeReader;
  readonly #stopChecking: () => void;
  #checking = false;

  constructor(private readonly options: FeedOptions) {
    const { db, doorbell, clock, log } = options;
    this.#reader = new ChangeReader(db, log);
    doorbell.onRing((rings) => this.#ring(rings));
    doorbell.onText((org, piece) => this.#runs.get(`${org}/${piece.run}`)?.show(piece.text));
    doorbell.onOpen(() => void this.check());
    this.#stopChecking = clock.every(safetyCheckMs, () => void this.check());
  }

  /** A view of a run, among its watchers until it is closed. */
  viewRun(viewer: Viewer, wanted: Wanted): RunView {
    const { organisationId } = viewer;
    const key = `${organisationId}/${wanted.runId}`;
    const channel = getOrMake(
      this.#runs,
      key,
      () => new RunChannel(organisationId, wanted.runId, this.#reader),
    );
    const view = new RunView(viewer, this.options.db, channel, wanted, this.#leaveRun);
    channel.views.add(view);
    return view;
  }

  /** A view of a list, among its watchers until it is closed. */
  viewList(viewer: Viewer, filter: RunFilter): ListView {
    const { organisationId } = viewer;
    const lists = getOrMake(this.#lists, organisationId, () => new Map<string, ListChannel>());
    const key = JSON.stringify(filter, Object.keys(filter).sort());
    const channel = getOrMake(lists, key, () => new ListChannel(organisationId, filter, this.options));
    const view = new ListView(viewer, this.options.db, channel, () => {
      if (channel.views.delete(view)) viewer.leave();
      if (channel.views.size === 0 && lists.get(key) === channel) lists.delete(key);
      if (lists.size === 0 && this.#lists.get(organisationId) === lists) this.#lists.delete(organisationId);
    });
    channel.views.add(view);
    return view;
  }

  /** Compares what is watched with the database, and ends whoever may not watch any more. */
  async check(): Promise<void> {
    this.#endExpired();
    if (this.#checking) return;
    this.#checking = true;
    try {
      const asked = this.#watched();
      for (let from = 0; from < asked.length; from += mostViews) {
        await this.#compare(asked.slice(from, from + mostViews));
      }
      for (const list of this.#allLists()) list.refresh();
    } catch (error) {
      this.options.log.warn({ err: error }, "the feed's safety check failed");
    } finally {
      this.#checking = false;
    }
  }

  /** Numbers for the log and for tests: nothing is left once everybody has gone. */
  size(): { runs: number; lists: number } {
    return { runs: this.#runs.size, lists: [...this.#allLists()].length };
  }

  async close(): Promise<void> {
    this.#stopChecking();
    await this.options.doorbell.close();
  }

  readonly #leaveRun = (view: RunView): void => {
    const { channel, viewer } = view;
    if (channel.views.delete(view)) viewer.leave();
    const key = `${channel.organisationId}/${channel.runId}`;
    if (channel.views.size === 0 && this.#runs.get(key) === channel) this.#runs.delete(key);
  };

  #ring(rings: readonly Ring[]): void {
    for (const { org, run, seq } of rings) this.#runs.get(`${org}/${run}`)?.announce(seq);
    for (const org of new Set(rings.map(({ org }) => org))) {
      for (const list of this.#lists.get(org)?.values() ?? []) list.refresh();
    }
  }

  #endExpired(): void {
    const past = this.options.clock.now() - expiryGraceMs;
    for (const { views } of this.#channels()) {
      for (const view of views) if (view.viewer.expiresAt < past) view.end(new ApiError("TOKEN_EXPIRED"));
    }
  }

  /** What is watched and by whom, once for each person however many views of it they have open. */
  #watched(): Watched[] {
    const watched: Watched[] = [];
    for (const channel of this.#channels()) {
      const people = new Map<string, Watched>();
      for (const view of channel.views) {
        const person = getOrMake(people, view.viewer.userId, () => ({
          userId: view.viewer.userId,
          channel,
          views: [],
        }));
        person.views.push(view);
      }
      watched.push(...people.values());
    }
    return watched;
  }

  async #compare(watched: readonly Watched[]): Promise<void> {
    const questions = watched.map(({ userId, channel }) => ({
      userId,
      organisationId: channel.organisationId,
      runId: channel instanceof RunChannel ? channel.runId : null,
    }));
    const answers = await watching.heads(this.options.db, questions);
    for (const [index, { channel, views }] of watched.entries()) {
      const answer = answers[index];
      if (!answer) for (const view of views) view.end(new ApiError("NOT_A_MEMBER"));
      else if (answer.lastSeq !== null && channel instanceof RunChannel) channel.announce(answer.lastSeq);
    }
  }

  *#allLists(): Generator<ListChannel> {
    for (const lists of this.#lists.values()) yield* lists.values();
  }

  *#channels(): Generator<RunChannel | ListChannel> {
    yield* this.#runs.values();
    yield* this.#allLists();
  }
}

interface Watched {
  userId: string;
  channel: RunChannel | ListChannel;
  views: (RunView | ListView)[];
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
