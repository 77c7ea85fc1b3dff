import { Socket } from "node:net";
import postgres from "postgres";

export type Tx = postgres.TransactionSql;

export interface Database {
  readonly sql: postgres.Sql;
  /** Waits up to five seconds for queries under way, then closes every connection. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly max?: number;
  readonly applicationName?: string;
  /** False behind a pooler in transaction mode (Supabase's port 6543). */
  readonly prepare?: boolean;
  /** How long a connection may be silent, while it is waited for or not, before it is given up. */
  readonly silentMs?: number;
}

/** Longer than any call of ours waits for its answer. */
const mostSilentMs = 70_000;

/**
 * A connection that is closed when nothing came or went for a while. A server that has failed over, or a network that forgot
 * the connections of an instance which was frozen, says no goodbye: each query on such a connection would wait for a quarter
 * of an hour, and all those behind it.
 */
class WatchedSocket extends Socket {
  /** By these the client names the server, in TLS and in errors. */
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, silentMs: number) {
    super();
    this.host = host;
    this.port = port;
    this.setTimeout(silentMs);
    this.connect(port, host);
    this.#watch();
  }

  #watch(): void {
    this.on("timeout", () => this.destroy());
  }

  // The client takes all listeners off when it puts TLS over the socket.
  override removeAllListeners(event?: string | symbol): this {
    super.removeAllListeners(event);
    this.#watch();
    return this;
  }
}

/** Opens a pool. No connection is made before the first query. Numbers beyond 2^53 do not occur: bigint is read as number. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    prepare: options.prepare ?? true,
    connection: { application_name: options.applicationName ?? "longhaul" },
    onnotice: () => {},
    // Not in its types. What it writes before there is a connection waits for it.
    ...{
      socket: ({ host: [host = ""], port: [port = 5432] }: { host: string[]; port: number[] }) =>
        new WatchedSocket(host, port, options.silentMs ?? mostSilentMs),
    },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
      timestamp: {
        to: 1184,
        from: [1184],
        parse: (text: string) => new Date(text).toISOString(),
        serialize: String,
      },
    },
  }) as unknown as postgres.Sql;
  return { sql, close: () => sql.end({ timeout: 5 }) };
}

/** What a function of the database refused; `message` is for the person who asked. */
export class DatabaseRefusal extends Error {
  override readonly name = "DatabaseRefusal";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** SQLSTATE of longhaul.refuse(). */
const refused = "LH000";

async function transaction<T>(
  db: Database,
  prepare: (tx: Tx) => Promise<unknown>,
  work: (tx: Tx) => Promise<T>,
) {
  return withRefusals(async () => {
    const result = await db.sql.begin(async (tx) => {
      await prepare(tx);
      return { value: await work(tx) };
    });
    return (result as { value: T }).value;
  });
}

/** Turns a refusal of the database into a {@link DatabaseRefusal}; other errors pass. */
export async function withRefusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === refused) {
      throw new DatabaseRefusal(error.detail ?? "REFUSED", error.message);
    }
    throw error;
  }
}

/** A verified user: the subject of the token and all its claims. */
export interface DatabaseCaller {
  readonly userId: string;
  readonly claims: Record<string, unknown>;
}

/**
 * A process that freezes between two statements keeps what it has locked, and with it each batch that has a run of
 * those: Postgres ends its session after this long.
 */
const mostIdle = "10s";

/**
 * Runs `work` in a transaction as the caller: role `authenticated`, the token's claims set as PostgREST sets
 * them, row level security in force.
 */
export function asCaller<T>(db: Database, caller: DatabaseCaller, work: (tx: Tx) => Promise<T>): Promise<T> {
  const claims = JSON.stringify({ ...caller.claims, sub: caller.userId, role: "authenticated" });
  return transaction(
    db,
    (tx) => tx`
      select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true),
        set_config('request.jwt.claim.sub', ${caller.userId}, true),
        set_config('idle_in_transaction_session_timeout', ${mostIdle}, true)`,
    work,
  );
}

/** Runs `work` in a transaction as dispatcher and reconciler: across organisations, by their own functions only. */
export function asDispatcher<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  const begin = `set local role longhaul_dispatcher; set local idle_in_transaction_session_timeout = '${mostIdle}'`;
  return transaction(db, (tx) => tx.unsafe(begin), work);
}
