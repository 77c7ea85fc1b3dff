import { type EpochResult, epochSchema } from "../result.js";

/** Reads what a job has told of its epochs: one JSON object a line, the last word on an epoch counts. */
export function epochsIn(bytes: Uint8Array | null): EpochResult[] {
  const epochs = new Map<number, EpochResult>();
  for (const line of new TextDecoder().decode(bytes ?? new Uint8Array()).split("\n")) {
    const parsed = epochSchema.safeParse(json(line));
    if (parsed.success) epochs.set(parsed.data.epoch, parsed.data);
  }
  return [...epochs.values()].sort((one, other) => one.epoch - other.epoch).slice(0, 200);
}

/** The last line may be half of one. */
function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
