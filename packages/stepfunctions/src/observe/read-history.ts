import { type ExecutionEvent, eventFromHistory } from "./event.js";

type Handle = (operation: string, request: unknown) => Promise<unknown>;

/** Every event of an execution, page by page. */
export async function readHistory(handle: Handle, executionArn: string): Promise<ExecutionEvent[]> {
  const raw = await readRawHistory(handle, executionArn);
  return raw.map(eventFromHistory);
}

/** The same as GetExecutionHistory answers them. */
export async function readRawHistory(
  handle: Handle,
  executionArn: string,
): Promise<Record<string, unknown>[]> {
  const events: Record<string, unknown>[] = [];
  let nextToken: string | undefined;
  do {
    const page = (await handle("GetExecutionHistory", {
      executionArn,
      maxResults: 1000,
      ...(nextToken === undefined ? {} : { nextToken }),
    })) as { events: Record<string, unknown>[]; nextToken?: string };
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}
