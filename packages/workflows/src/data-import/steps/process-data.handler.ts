import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { boundedColumns } from "../engine/bounded-columns.js";
import { defaultLimits, type Limits } from "../engine/limits.js";
import { count } from "../engine/problems.js";
import { type Reading, readTable } from "../engine/read-table.js";
import { seedOf } from "../engine/sketches/hash.js";
import { summarise } from "../engine/summary.js";
import type { ImportResult } from "../result.js";
import { processData } from "./process-data.js";
import { simulateDelay, simulateFailure } from "../simulation.js";

/** Reading is nearly all of the work; the rest is storing what was found. */
const readingShare = 0.97;

/**
 * Reads the file as a stream, stores the rejected rows and the profile as artifacts, and gives the result.
 * A repeat writes the same artifacts again, under the same names, and gives the same result.
 *
 * @param limits lowered by tests only
 */
export async function processFile(
  input: StepInput<typeof processData>,
  ctx: StepContext,
  limits: Limits = defaultLimits,
): Promise<ImportResult> {
  const started = performance.now();
  simulateFailure("ProcessData", input.simulation, ctx);
  const reading = await readTable({
    open: () => ctx.artifacts.open(input.file),
    signal: ctx.signal,
    limits,
    seed: seedOf(ctx.run.id),
    onProgress: (fraction, message) => ctx.progress(fraction * readingShare, message),
    onFormat: (format) => simulateDelay(format, input.simulation, ctx),
  });
  try {
    return await store(reading, input.maxRejectedShare, ctx, started);
  } finally {
    await reading.rejected.dispose();
  }
}

async function store(
  reading: Reading,
  maxRejectedShare: number,
  ctx: StepContext,
  started: number,
): Promise<ImportResult> {
  const { source, plan, table, profiles, rejected } = reading;
  const rows = { read: table.rowsRead, accepted: table.rowsAccepted, rejected: table.rowsRejected };
  const { outcome, rejectedShare, summary } = summarise(rows, maxRejectedShare);
  ctx.log.info(summary, { ...rows, format: plan.format, encoding: source.encoding, bytes: source.bytes });
  ctx.progress(readingShare, "Storing the result");
  const facts = {
    fileName: reading.fileName,
    format: plan.format,
    compression: source.compression,
    encoding: source.encoding,
    delimiter: plan.delimiter,
    sha256: source.sha256(),
    bytes: source.bytes,
    inflatedBytes: source.inflatedBytes,
  };
  const rejectedArtifact =
    rejected.listed > 0
      ? await ctx.artifacts.write("rejected-rows.ndjson", "application/x-ndjson", rejected.read())
      : null;
  const profile = await ctx.artifacts.write(
    "profile.json",
    "application/json",
    profileFile({ ...facts, rows }, reading),
  );
  ctx.progress(1, `${count(rows.read)} rows read`);
  return {
    outcome,
    summary,
    ...facts,
    durationMs: Math.round(performance.now() - started),
    rowsRead: rows.read,
    rowsAccepted: rows.accepted,
    rowsRejected: rows.rejected,
    rejectedShare,
    rejectedArtifactId: rejectedArtifact?.id ?? null,
    rejectedListed: rejected.listed,
    profileArtifactId: profile.id,
    columnCount: profiles.length,
    ...boundedColumns(profiles),
  };
}

/** The full profile as JSON, column by column. */
async function* profileFile(facts: object, { profiles }: Reading): AsyncGenerator<Uint8Array> {
  const head = JSON.stringify(facts, null, 2).slice(0, -2);
  yield Buffer.from(`${head},\n  "columns": [\n`);
  for (const [i, column] of profiles.entries()) {
    yield Buffer.from(`    ${JSON.stringify(column)}${i < profiles.length - 1 ? "," : ""}\n`);
  }
  yield Buffer.from("  ]\n}\n");
}

export default implement(processData, (input, ctx) => processFile(input, ctx));
