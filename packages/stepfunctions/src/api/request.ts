import { AwsError } from "../aws-error.js";
import { byteLength, isObject } from "../json.js";

/** Reads the members of a request, refusing what has the wrong shape with AWS's ValidationException. */
export class Request {
  private readonly members: Record<string, unknown>;

  /** @param path what stands before its members' names in messages: "mock." for those of a request's mock */
  constructor(
    request: unknown,
    private readonly path = "",
  ) {
    if (!isObject(request)) throw new AwsError("SerializationException", "The request must be a JSON object");
    this.members = request;
  }

  /** A string that must be there. */
  string(name: string, limits: { max?: number; min?: number } = {}): string {
    const value = this.optionalString(name, limits);
    if (value === undefined) throw constraint(this.path + name, "null", "Member must not be null");
    return value;
  }

  optionalString(name: string, { max, min = 0 }: { max?: number; min?: number } = {}): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw wrongType(this.path + name, "a string");
    assertLength(this.path + name, value, { min, max });
    return value;
  }

  /** A text of the caller's own data that must be there: bounded in bytes, and not repeated in messages. */
  data(name: string, maxBytes: number): string {
    const value = this.optionalData(name, maxBytes);
    if (value === undefined) throw constraint(this.path + name, "null", "Member must not be null");
    return value;
  }

  optionalData(name: string, maxBytes: number): string | undefined {
    const value = this.optionalString(name);
    if (value !== undefined && byteLength(value) > maxBytes)
      throw constraint(
        this.path + name,
        undefined,
        `Member must have length less than or equal to ${maxBytes}`,
      );
    return value;
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.get(name);
    if (value !== undefined && typeof value !== "boolean") throw wrongType(this.path + name, "a boolean");
    return value;
  }

  optionalInteger(name: string, limits: { min: number; max: number }): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value))
      throw wrongType(this.path + name, "an integer");
    return this.within(name, value, limits);
  }

  private within(name: string, value: number, { min, max }: { min: number; max: number }): number {
    if (value < min)
      throw constraint(
        this.path + name,
        String(value),
        `Member must have value greater than or equal to ${min}`,
      );
    if (value > max)
      throw constraint(
        this.path + name,
        String(value),
        `Member must have value less than or equal to ${max}`,
      );
    return value;
  }

  optionalNumber(name: string, limits: { min: number; max: number }): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number") throw wrongType(this.path + name, "a number");
    return this.within(name, value, limits);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.optionalString(name);
    if (value !== undefined && !values.includes(value as T))
      throw constraint(this.path + name, value, `Member must satisfy enum value set: [${values.join(", ")}]`);
    return value as T | undefined;
  }

  optionalObject(name: string): Record<string, unknown> | undefined {
    const value = this.get(name);
    if (value !== undefined && !isObject(value)) throw wrongType(this.path + name, "an object");
    return value;
  }

  /** The members of an object in the request. */
  part(name: string): Request | undefined {
    const value = this.optionalObject(name);
    return value === undefined ? undefined : new Request(value, `${this.path}${name}.`);
  }

  /** A list; absent is empty. */
  list(name: string): unknown[] {
    const value = this.get(name) ?? [];
    if (!Array.isArray(value)) throw wrongType(this.path + name, "a list");
    return value as unknown[];
  }

  private get(name: string): unknown {
    const value = Object.hasOwn(this.members, name) ? this.members[name] : undefined;
    return value === null ? undefined : value;
  }
}

/** @throws AwsError ValidationException */
export function assertLength(
  name: string,
  value: string,
  { min, max }: { min: number; max: number | undefined },
): void {
  if (max !== undefined && value.length > max)
    throw constraint(name, shown(value), `Member must have length less than or equal to ${max}`);
  if (value.length < min)
    throw constraint(name, shown(value), `Member must have length greater than or equal to ${min}`);
}

function wrongType(name: string, what: string): AwsError {
  return new AwsError("SerializationException", `The member '${name}' must be ${what}`);
}

function constraint(name: string, value: string | undefined, rule: string): AwsError {
  const quoted = value === undefined ? "" : value === "null" ? "null " : `'${value}' `;
  const message = `1 validation error detected: Value ${quoted}at '${name}' failed to satisfy constraint: ${rule}`;
  return new AwsError("ValidationException", message);
}

function shown(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}...` : value;
}

/** Whether an answer is to hold the caller's own data. */
export function includesData(request: Request): boolean {
  return request.oneOf("includedData", ["ALL_DATA", "METADATA_ONLY"] as const) !== "METADATA_ONLY";
}
