import type { MapRunSpec } from "../core/map-run.js";
import { batchItems } from "../items/batch.js";
import { readItems } from "../items/read.js";
import { StateFailure } from "../language/failure.js";
import type { ObjectStore } from "../ports.js";
import type { Store } from "../store/store.js";

/** How many texts are kept together. */
const PIECE = 200;

/** The inputs of a map run's executions, as they were made: what is read again may be something else. */
export class MapRunInputs {
  private at: { piece: number; texts: string[] } | null = null;

  /** @param run the map run's number */
  constructor(
    private readonly store: Store,
    private readonly run: number,
  ) {}

  /** Keeps the inputs and says how many there are. */
  async keep(inputs: AsyncIterable<string>): Promise<number> {
    let texts: string[] = [];
    let count = 0;
    for await (const text of inputs) {
      texts.push(text);
      count += 1;
      if (texts.length < PIECE) continue;
      await this.write(count / PIECE - 1, texts);
      texts = [];
    }
    if (texts.length > 0) await this.write(Math.floor(count / PIECE), texts);
    return count;
  }

  private write(piece: number, texts: string[]): Promise<void> {
    return this.store.write([{ table: "mapItems", key: [this.run, piece], value: texts }]);
  }

  get(index: number): string {
    const piece = Math.floor(index / PIECE);
    if (this.at?.piece !== piece)
      this.at = { piece, texts: this.store.get("mapItems", [this.run, piece]) ?? [] };
    const text = this.at.texts[index % PIECE];
    if (text === undefined) throw new Error(`the map run ${this.run} has no item ${index}`);
    return text;
  }
}

/** An item of a map run, as JSON text, and where it comes from as the context object has it. */
export interface FoundItem {
  text: string;
  source: string;
  key?: string;
}

/** A map run's items, from its state's fields or from what its reader reads. */
export async function* itemsOf(
  { items, keys, reader }: MapRunSpec,
  objects: ObjectStore | undefined,
): AsyncGenerator<FoundItem> {
  for (const [index, text] of (items ?? []).entries()) {
    const key = keys?.[index];
    yield { text, source: "STATE_DATA", ...(key === undefined ? {} : { key }) };
  }
  if (items !== null || reader === null) return;
  if (objects === undefined)
    throw new StateFailure(
      "States.ItemReaderFailed",
      "No object store is at hand to read the items from: give the engine `objects`.",
    );
  const { resource, parameters, config } = reader;
  const read = readItems(objects, { resource, parameters: JSON.parse(parameters), config });
  for await (const { value, source } of read) yield { text: JSON.stringify(value), source };
}

/** Puts inputs together in batches. */
export async function* inBatches(
  inputs: AsyncIterable<string>,
  { maxItems, maxBytes, input }: NonNullable<MapRunSpec["batcher"]>,
): AsyncGenerator<string> {
  const values = (async function* () {
    for await (const text of inputs) yield JSON.parse(text) as unknown;
  })();
  const options = {
    maxItemsPerBatch: maxItems ?? undefined,
    maxInputBytesPerBatch: maxBytes ?? undefined,
    ...(input === null ? {} : { batchInput: JSON.parse(input) as unknown }),
  };
  for await (const batch of batchItems(values, options)) yield JSON.stringify(batch);
}

/** How many items an execution's input is for. */
export function itemCount({ batcher }: MapRunSpec, input: string): number {
  return batcher === null ? 1 : (JSON.parse(input) as { Items: unknown[] }).Items.length;
}
