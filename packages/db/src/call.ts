import postgres from "postgres";
import { type Database, withRefusals } from "./database.js";
import { type GatherOptions, gather } from "./gather.js";
import { jsonText } from "./json.js";

/**
 * Calls a function that takes one jsonb and gives one, in a transaction of its own and in one message. With a parameter a
 * statement that is not prepared takes two round trips, and a role one more; so the argument is a literal here, quoted for
 * any setting of standard_conforming_strings.
 *
 * @param argument as {@link jsonText} writes it.
 * @param role taken for this transaction, where the connection's own is not the one that may.
 */
export function callWithJson<T>(
  { sql }: Database,
  name: string,
  argument: string,
  role?: "longhaul_dispatcher",
): Promise<T> {
  const literal = `E'${argument.replace(/[\\']/g, "\\$&")}'`;
  const call = `select longhaul.${name}(${literal}) as answer`;
  return withRefusals(async () => {
    if (!role) return (await inTime(sql.unsafe<{ answer: T }[]>(call)))[0]?.answer as T;
    const results: unknown = await inTime(sql.unsafe(`set local role ${role}; ${call}`));
    return (results as [unknown, [{ answer: T }]])[1][0].answer;
  });
}

/** A server that is gone without a word must not hold up for ever those that wait for the next batch. */
const mostSeconds = 60;

async function inTime<T extends readonly postgres.MaybeRow[]>(query: postgres.PendingQuery<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      query.cancel();
      reject(new Error(`The database has not answered within ${mostSeconds} seconds.`));
    }, mostSeconds * 1000);
  });
  try {
    return await Promise.race([query, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Characters of requests that go together; one alone may have more. */
const mostSize = 4_000_000;

/** What the database has refused as a whole it has taken back; where the connection broke, nobody knows. */
function wasTakenBack(error: unknown): boolean {
  return error instanceof postgres.PostgresError;
}

/** A request as JSON, as {@link jsonText} writes it. */
interface Written {
  readonly text: string;
}

/** Gathers requests for one transaction of the database: what it took back as a whole is tried again one by one. */
export function gatherWritten<Request extends Written, Answer>(
  write: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  options: Pick<GatherOptions, "most" | "atOnce" | "waitMs">,
): (request: Request) => Promise<Answer> {
  return gather(write, { ...options, apart: wasTakenBack, size: ({ text }) => text.length, mostSize });
}

/** Requests as one JSON array. */
export function textOf(requests: readonly Written[]): string {
  return `[${requests.map(({ text }) => text).join(",")}]`;
}

/**
 * Gathers calls of a function that takes an array and answers each element in its place. Each request is written as JSON
 * by itself, so that one which cannot be hurts no other.
 */
export function gatheredCall<Request, Answer>(
  db: Database,
  name: string,
  options: Pick<GatherOptions, "most" | "atOnce"> & { readonly role?: "longhaul_dispatcher" },
): (request: Request) => Promise<Answer> {
  const call = gatherWritten<Written, Answer>(
    (requests) => callWithJson<readonly Answer[]>(db, name, textOf(requests), options.role),
    options,
  );
  // No async function: here each promise counts, and what is awaited is another's.
  return (request) => {
    try {
      return call({ text: jsonText(request) });
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

/** One of what `make` makes for each database, for as long as that is there. */
export function perDatabase<T>(make: (db: Database) => T): (db: Database) => T {
  const made = new WeakMap<Database, T>();
  return (db) => {
    const known = made.get(db) ?? make(db);
    made.set(db, known);
    return known;
  };
}
