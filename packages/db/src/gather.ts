/** How calls are gathered. */
export interface GatherOptions<Request = never> {
  /** The most that one batch takes. */
  readonly most: number;
  /** How large a request is, and how large those of one batch may be together; a larger one goes alone. */
  readonly size?: (request: Request) => number;
  readonly mostSize?: number;
  /** Batches under way at the same time. */
  readonly atOnce: number;
  /** How long the first of a batch waits for others, in ms; without it, until this turn of the event loop has ended. */
  readonly waitMs?: number;
  /** Whether a batch that failed this way was taken back whole and is tried again, each request by itself. */
  readonly apart: (error: unknown) => boolean;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes many calls one: those that come in the same turn of the event loop, or while a batch is under way, go together in
 * the next, in the order in which they came. Who is alone does not wait for others, unless `waitMs` says so.
 *
 * @param write answers each request in its place.
 */
export function gather<Request, Answer>(
  write: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  {
    most,
    atOnce,
    waitMs,
    apart,
    size = () => 0,
    mostSize = Number.POSITIVE_INFINITY,
  }: GatherOptions<Request>,
): (request: Request) => Promise<Answer> {
  let waiting: Waiting<Request, Answer>[] = [];
  let underWay = 0;
  let scheduled = false;

  async function send(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await write(batch.map(({ request }) => request));
      if (answers.length !== batch.length) {
        throw new Error(`${batch.length} requests got ${answers.length} answers.`);
      }
      batch.forEach(({ resolve }, place) => resolve(answers[place] as Answer));
    } catch (error) {
      if (batch.length > 1 && apart(error)) await Promise.all(batch.map((one) => send([one])));
      else for (const { reject } of batch) reject(error);
    }
  }

  /** How many of those that wait go together now: at least one. */
  function count(): number {
    let total = 0;
    const fits = waiting.slice(0, most).findIndex(({ request }, place) => {
      total += size(request);
      return place > 0 && total > mostSize;
    });
    return fits === -1 ? most : fits;
  }

  function next(): void {
    scheduled = false;
    while (waiting.length > 0 && underWay < atOnce) {
      const batch = waiting.slice(0, count());
      waiting = waiting.slice(batch.length);
      underWay += 1;
      void send(batch).finally(() => {
        underWay -= 1;
        schedule();
      });
    }
  }

  // What else is to be read in this turn of the loop may bring more callers.
  function schedule(): void {
    if (scheduled || waiting.length === 0 || underWay >= atOnce) return;
    scheduled = true;
    if (waitMs === undefined) setImmediate(next);
    else setTimeout(next, waitMs);
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      schedule();
    });
}
