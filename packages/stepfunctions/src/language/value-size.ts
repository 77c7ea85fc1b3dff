import { MAX_VALUE_SIZE } from "./bounds.js";

/** What each part of a value adds to its size beside its text. */
const PART = 4;

/** A function of JSONata as a value. */
export function isFunctionValue(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  const { _jsonata_lambda: lambda, _jsonata_function: native } = value as Record<string, unknown>;
  return lambda === true || native === true;
}

/** Sizes of values written out as JSON. Each object is looked through once, however often it occurs. */
export class ValueSizes {
  private readonly known = new WeakMap<object, number>();

  /** @returns a number above MAX_VALUE_SIZE as soon as the value is larger than that */
  of(value: unknown): number {
    if (typeof value === "string") return PART + value.length;
    if (typeof value !== "object" || value === null) return PART;
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const size = isFunctionValue(value) ? PART : this.ofParts(value);
    this.known.set(value, size);
    return size;
  }

  private ofParts(value: object): number {
    let size = PART;
    if (Array.isArray(value)) {
      for (const part of value as unknown[]) {
        size += this.of(part);
        if (size > MAX_VALUE_SIZE) break;
      }
      return size;
    }
    for (const [key, part] of Object.entries(value)) {
      size += key.length + this.of(part);
      if (size > MAX_VALUE_SIZE) break;
    }
    return size;
  }
}
