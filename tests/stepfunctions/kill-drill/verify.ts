import { isDeepStrictEqual } from "node:util";
import { refusalError } from "./answers.js";
import { type Call, must } from "./client.js";
import type { Expected } from "./kind.js";
import type { Entry, Ledger } from "./ledger.js";
import { faultsOf, type HistoryEvent, terminal } from "./soundness.js";

/** Asks the engine for every acknowledged execution and holds it to what the drill knows. Returns what is wrong, in sentences. */
export async function verify(ledger: Ledger, call: Call): Promise<string[]> {
  const faults: string[] = [];
  for (const entry of ledger.entries) {
    if (entry.arn === null) continue;
    const found = await verifyOne(ledger, entry, entry.arn, call).catch((error: Error) => [error.message]);
    faults.push(...found.map((fault) => `${entry.name} (${entry.kind.name}): ${fault}`));
  }
  return faults;
}

async function verifyOne(ledger: Ledger, entry: Entry, executionArn: string, call: Call): Promise<string[]> {
  const described = await must(call("DescribeExecution", { executionArn }));
  const events = await historyOf(executionArn, call);
  const output = typeof described.output === "string" ? (JSON.parse(described.output) as unknown) : undefined;
  const expected = expectedOf(ledger, entry, output);
  const faults = faultsOf(events, expected.status !== "ABORTED");
  const expect = (name: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted))
      faults.push(`${name} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  expect("its status", described.status, expected.status);
  expect("its output", output, expected.output);
  expect("its error", described.error, expected.error);
  expect("its input", described.input, entry.input);
  expect("its first moment", events[0]?.timestamp, described.startDate);
  expect("its last moment", events.at(-1)?.timestamp, described.stopDate);
  const end = events.at(-1)?.type ?? "";
  expect("the status of its history", statusOf(end), described.status);
  const details = events.at(-1)?.executionSucceededEventDetails as { output?: string } | undefined;
  expect("the output of its history", details?.output, described.output);
  for (const [type, count] of Object.entries(expected.events ?? {}))
    expect(`its number of ${type}`, events.filter((event) => event.type === type).length, count);
  if (!entry.told.includes(expected.status)) faults.push("the event sink never heard of its end");
  if (entry.told.some((status) => status !== expected.status))
    faults.push(`the event sink heard ${entry.told.join(", ")}`);
  if (entry.kind.children !== undefined) {
    const wanted = entry.kind.children(entry.n);
    faults.push(...(await childFaults(executionArn, wanted, call)));
  }
  return faults;
}

const statusOf = (type: string): string =>
  (terminal.exec(type)?.[1] ?? type).replace(/([a-z])([A-Z])/, "$1_$2").toUpperCase();

/**
 * How it must have ended: by its kind, or by the one answer that was counted. Where none was acknowledged, that is one of those
 * that a kill cut off, and only the output says which of them the engine had heard.
 */
function expectedOf(ledger: Ledger, entry: Entry, output: unknown): Expected {
  const { kind } = entry;
  if (kind.expected !== undefined) return kind.expected(entry.n);
  const tries = ledger.tokensOf(entry).flatMap((token) => token.tries);
  const cut = tries.filter((one) => one.outcome === "unknown");
  const counted =
    tries.find((one) => one.outcome === "acknowledged") ??
    cut.find((one) => isDeepStrictEqual(one.value, output)) ??
    cut[0];
  const failed = kind.answered === "failure";
  return {
    status: "SUCCEEDED",
    output: counted?.value ?? `none: ${refusalError}`,
    events: { [failed ? "TaskFailed" : "TaskSucceeded"]: 1 },
  };
}

async function historyOf(executionArn: string, call: Call): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: unknown;
  do {
    const page = await must(call("GetExecutionHistory", { executionArn, maxResults: 1000, nextToken }));
    events.push(...(page.events as HistoryEvent[]));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && nextToken !== null);
  return events;
}

/** A distributed map has one run with as many children as items, each once, whatever was killed in between. */
async function childFaults(executionArn: string, wanted: number, call: Call): Promise<string[]> {
  const runs = (await must(call("ListMapRuns", { executionArn }))).mapRuns as { mapRunArn: string }[];
  if (runs.length !== 1) return [`it has ${runs.length} map runs`];
  const mapRunArn = runs[0]?.mapRunArn;
  const run = await must(call("DescribeMapRun", { mapRunArn }));
  const { total, succeeded } = run.itemCounts as { total: number; succeeded: number };
  const children = (await must(call("ListExecutions", { mapRunArn, maxResults: 1000 }))).executions as {
    status: string;
  }[];
  const done = children.filter(({ status }) => status === "SUCCEEDED").length;
  const found = { status: run.status, total, succeeded, children: children.length, done };
  const right = { status: "SUCCEEDED", total: wanted, succeeded: wanted, children: wanted, done: wanted };
  return isDeepStrictEqual(found, right)
    ? []
    : [`its map run is ${JSON.stringify(found)}, not ${JSON.stringify(right)}`];
}
