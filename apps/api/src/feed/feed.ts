import type { Clock } from "../clock.js";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RunFilter } from "../routers/run-filter.js";
import type { Doorbell, Ring } from "./doorbell.js";
import { ListChannel } from "./list-channel.js";
import type { Reader } from "./reader.js";
import { RunChannel } from "./run-channel.js";
import type { Watcher } from "./watcher.js";

/** How often what is watched is compared with the database, for doorbells that never rang. */
const safetyCheckMs = 10_000;

export interface FeedOptions {
  doorbell: Doorbell;
  clock: Clock;
  log: Logger;
}

/** Everything that is watched through this process. */
export class Feed {
  readonly #runs = new Map<string, RunChannel>();
  readonly #lists = new Map<string, ListChannel>();
  readonly #stopChecking: () => void;
  #checking = false;

  constructor(readonly options: FeedOptions) {
    options.doorbell.onRing((rings) => this.#ring(rings));
    options.doorbell.onOpen(() => void this.check());
    this.#stopChecking = options.clock.every(safetyCheckMs, () => void this.check());
  }

  /** Puts `watcher` among the watchers of a run, until {@link leaveRun}. */
  joinRun(watcher: Watcher, runId: string): RunChannel {
    const { organisationId } = watcher.reader;
    const channel = getOrMake(
      this.#runs,
      `${organisationId}/${runId}`,
      () => new RunChannel(organisationId, runId, this.options.log),
    );
    channel.watchers.add(watcher);
    return channel;
  }

  leaveRun(watcher: Watcher, channel: RunChannel): void {
    channel.watchers.delete(watcher);
    if (channel.watchers.size === 0) this.#runs.delete(`${channel.organisationId}/${channel.runId}`);
  }

  /** Puts `watcher` among the watchers of a list, until {@link leaveList}. */
  joinList(watcher: Watcher, filter: RunFilter): ListChannel {
    const { organisationId } = watcher.reader;
    const { clock, log } = this.options;
    const channel = getOrMake(
      this.#lists,
      listKey(organisationId, filter),
      () => new ListChannel(organisationId, filter, clock, log),
    );
    channel.watchers.add(watcher);
    return channel;
  }

  leaveList(watcher: Watcher, channel: ListChannel): void {
    channel.watchers.delete(watcher);
    if (channel.watchers.size === 0) this.#lists.delete(listKey(channel.organisationId, channel.filter));
  }

  /** Compares what is watched with the database, and ends whoever may not watch any more. */
  async check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      for (const person of this.#people().values()) await this.#checkPerson(person);
      for (const list of this.#lists.values()) list.refresh();
    } catch (error) {
      this.options.log.warn({ err: error }, "the feed's safety check failed");
    } finally {
      this.#checking = false;
    }
  }

  /** Numbers for the log and for tests: nothing is left once everybody has gone. */
  size(): { runs: number; lists: number } {
    return { runs: this.#runs.size, lists: this.#lists.size };
  }

  async close(): Promise<void> {
    this.#stopChecking();
    await this.options.doorbell.close();
  }

  #ring(rings: readonly Ring[]): void {
    for (const { org, run, seq } of rings) this.#runs.get(`${org}/${run}`)?.announce(seq);
    const organisations = new Set(rings.map(({ org }) => org));
    for (const list of this.#lists.values()) {
      if (organisations.has(list.organisationId)) list.refresh();
    }
  }

  /** Everyone who watches, once per person and organisation, however many views they have open. */
  #people(): Map<string, Person> {
    const people = new Map<string, Person>();
    for (const channel of [...this.#runs.values(), ...this.#lists.values()]) {
      for (const watcher of channel.watchers) {
        const { reader } = watcher;
        const person = getOrMake(people, `${reader.organisationId}/${reader.userId}`, () =>
          newPerson(reader),
        );
        person.watchers.push(watcher);
        if (channel instanceof RunChannel) person.runs.set(channel.runId, channel);
      }
    }
    return people;
  }

  async #checkPerson({ reader, watchers, runs }: Person): Promise<void> {
    const heads = await reader.heads([...runs.keys()]);
    if (!heads) {
      for (const watcher of watchers) watcher.end(new ApiError("NOT_A_MEMBER"));
      return;
    }
    for (const [runId, channel] of runs) {
      const seq = heads.get(runId);
      if (seq !== undefined) channel.announce(seq);
    }
  }
}

interface Person {
  reader: Reader;
  watchers: Watcher[];
  runs: Map<string, RunChannel>;
}

function newPerson(reader: Reader): Person {
  return { reader, watchers: [], runs: new Map() };
}

function listKey(organisationId: string, { workflow, statuses, search, limit }: RunFilter): string {
  return JSON.stringify([organisationId, workflow, statuses, search, limit]);
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
