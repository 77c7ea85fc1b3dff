import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { appendFile, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const messageSchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.enum(["email", "sms", "push", "topic"]),
  from: z.string().nullable(),
  to: z.array(z.string()),
  subject: z.string().nullable(),
  text: z.string(),
  html: z.string().nullable(),
});

/** A message that would have left the building on AWS. */
export type OutboxMessage = z.infer<typeof messageSchema>;

export interface Outbox {
  /** Keeps a message; resolves with its id when it is on disk. */
  add(message: Omit<OutboxMessage, "id" | "at">): Promise<string>;
  /** Newest first. */
  list(): readonly OutboxMessage[];
  clear(): Promise<void>;
  /** Resolves when what was added is on disk. */
  close(): Promise<void>;
}

const keep = 1000;

/**
 * Opens the outbox in a file of JSON lines. The newest 1,000 messages are kept. What a kill cut off in
 * the middle of a line is not a message: its sender never got an answer.
 */
export async function openOutbox(file: string): Promise<Outbox> {
  mkdirSync(dirname(file), { recursive: true });
  let messages = parseLines(await readFile(file, "utf8").catch(() => ""));
  await rewrite(file, messages);
  let lines = messages.length;
  let last: Promise<unknown> = Promise.resolve();

  /** One write at a time: lines must not mix, and a rewrite must not lose one. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  async function replaceAll(next: OutboxMessage[]): Promise<void> {
    await rewrite(file, next);
    messages = next;
    lines = next.length;
  }

  return {
    add: (given) =>
      inTurn(async () => {
        const message = { id: randomUUID(), at: new Date().toISOString(), ...given };
        await appendFile(file, `${JSON.stringify(message)}\n`, { mode: 0o600, flush: true });
        messages = [...messages, message].slice(-keep);
        lines += 1;
        if (lines >= 2 * keep) await replaceAll(messages);
        return message.id;
      }),
    list: () => messages.toReversed(),
    clear: () => inTurn(() => replaceAll([])),
    close: () => inTurn(async () => {}),
  };
}

/** Writes the file anew beside the old one, so that a kill leaves one of the two whole. */
async function rewrite(file: string, messages: readonly OutboxMessage[]): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, messages.map((message) => `${JSON.stringify(message)}\n`).join(""), { mode: 0o600 });
  await rename(draft, file);
}

function parseLines(text: string): OutboxMessage[] {
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [messageSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
