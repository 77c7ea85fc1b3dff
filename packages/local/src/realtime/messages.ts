import type postgres from "postgres";
import type { Logger } from "../log.js";
import type { Broadcast } from "./frames.js";
import type { Hub } from "./hub.js";

interface MessageRow {
  id: string;
  topic: string;
  event: string | null;
  payload: unknown;
  private: boolean;
}

/**
 * Delivers rows of realtime.messages (written by realtime.send) to the hub in the order of their commits.
 * Rows older than three days go, as hosted keeps them.
 *
 * @returns the undoing
 */
export async function deliverMessages(
  sql: postgres.Sql,
  hub: Hub,
  logger: Logger,
): Promise<() => Promise<void>> {
  await sql`delete from realtime.messages where inserted_at < (now() at time zone 'utc') - interval '3 days'`;
  const deliver = (row: MessageRow) => hub.broadcast(row.private, row.topic, asBroadcast(row));
  // Rows, and ids of those that were too long to be told; what comes behind such a one waits for it.
  const waiting: (MessageRow | string)[] = [];
  let delivering: Promise<void> | null = null;
  const drain = async () => {
    while (waiting.length > 0) {
      const next = waiting.splice(0, 500);
      const ids = next.filter((told) => typeof told === "string");
      try {
        const rows = await sql<MessageRow[]>`
          select id, topic, event, payload, private from realtime.messages where id = any(${ids})`;
        const byId = new Map(rows.map((row) => [row.id, row]));
        for (const told of next) {
          const row = typeof told === "string" ? byId.get(told) : told;
          if (row) deliver(row);
        }
      } catch (error) {
        logger.error("Realtime could not read messages", { error: String(error), lost: next.length });
      }
    }
  };
  const { unlisten } = await sql.listen("realtime_messages", (text) => {
    const told = text.startsWith("{") ? (JSON.parse(text) as MessageRow) : text;
    if (typeof told !== "string" && !delivering) return deliver(told);
    waiting.push(told);
    delivering ??= drain().finally(() => {
      delivering = null;
    });
  });
  return async () => {
    await unlisten();
    await delivering;
  };
}

function asBroadcast(row: MessageRow, replayed = false): Broadcast {
  const meta = replayed ? { id: row.id, replayed: true } : { id: row.id };
  return { event: row.event ?? "", payload: row.payload, meta };
}

/** The last `limit` messages of a private topic from `since` (milliseconds) on, oldest first. */
export async function replay(
  sql: postgres.Sql,
  topic: string,
  since: number,
  limit: number,
): Promise<Broadcast[]> {
  const rows = await sql<MessageRow[]>`
    select id, topic, event, payload, private from realtime.messages
    where topic = ${topic} and private and extension = 'broadcast'
      and inserted_at >= to_timestamp(${since}::float8 / 1000) at time zone 'utc'
    order by inserted_at desc, id limit ${limit}`;
  return rows.reverse().map((row) => asBroadcast(row, true));
}
