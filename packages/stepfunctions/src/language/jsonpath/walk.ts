import { isObject } from "../../json.js";
import type { Budget } from "./budget.js";
import { javaClass, javaText } from "./java-text.js";
import { applyPathFunction } from "./path-functions.js";
import { PathMiss } from "./path-miss.js";
import { fragment, isDefinite, type Token } from "./tokens.js";

/** The class that reads JSON on AWS, which its messages name. */
const PROVIDER = "com.jayway.jsonpath.spi.json.JacksonJsonProvider";

/** The tokens of a path with what the walk asks about them again and again. */
export interface Route {
  tokens: readonly Token[];
  /** Place of the first token that can lead to several values; tokens.length if none can. */
  firstIndefinite: number;
}

export function routeOf(tokens: readonly Token[]): Route {
  const place = tokens.findIndex((token, index) => !isDefinite(token, index === tokens.length - 1));
  return { tokens, firstIndefinite: place === -1 ? tokens.length : place };
}

/**
 * The values that a path leads to: the value itself for a definite path, an array of values for another one.
 * Steps and failures are those of Jayway JsonPath: before the first indefinite token whatever does not fit is a
 * failure, behind it it is passed over.
 * @param document what `$` is in filters
 * @throws PathMiss
 */
export function walkPath(route: Route, start: unknown, document: unknown, budget: Budget): unknown {
  const walk = new Walk(route, document, budget);
  walk.from(0, start);
  if (route.firstIndefinite < route.tokens.length) return walk.results;
  if (walk.results.length === 0)
    throw new PathMiss(
      `No results for path: ${walk.textTo(route.tokens.length)}`,
      walk.outside ? "outside" : "absent",
    );
  return walk.results.at(-1);
}

class Walk {
  readonly results: unknown[] = [];
  /** Whether the last token asked for an item that its array does not have. */
  outside = false;

  constructor(
    private readonly route: Route,
    private readonly document: unknown,
    private readonly budget: Budget,
  ) {}

  textTo(place: number): string {
    return `$${this.route.tokens.slice(0, place).map(fragment).join("")}`;
  }

  /** Goes on from `value` with the token at `place`. */
  from(place: number, value: unknown): void {
    const token = this.route.tokens[place];
    this.budget.spend();
    if (token === undefined) {
      this.results.push(value);
      return;
    }
    switch (token.kind) {
      case "property":
        return this.property(place, token.names, value);
      case "index":
        if (this.isArray(place, value)) for (const index of token.indexes) this.item(place, value, index);
        return;
      case "slice":
        if (this.isArray(place, value)) this.slice(place, value, token);
        return;
      case "wildcard":
        return this.wildcard(place, value);
      case "filter":
        return this.filter(place, token.accepts, value);
      case "scan":
        return this.scan(place + 1, value);
      case "function":
        return this.from(place + 1, applyPathFunction(token.name, value, token.argument));
    }
  }

  private strict(place: number): boolean {
    return place <= this.route.firstIndefinite;
  }

  private property(place: number, names: string[], value: unknown): void {
    const name = names[0] ?? "";
    if (!isObject(value)) {
      if (!this.strict(place)) return;
      throw new PathMiss(
        `Expected to find an object with property ${fragment({ kind: "property", names })} in path ${this.textTo(place)} but found '${javaClass(value)}'. This is not a json object according to the JsonProvider: '${PROVIDER}'.`,
        "absent",
      );
    }
    const last = place === this.route.tokens.length - 1;
    if (names.length > 1 && last) {
      const found = names.filter((each) => Object.hasOwn(value, each));
      this.results.push(Object.fromEntries(found.map((each) => [each, value[each]])));
    } else if (names.length > 1) {
      for (const each of names) if (Object.hasOwn(value, each)) this.from(place + 1, value[each]);
    } else if (Object.hasOwn(value, name)) this.from(place + 1, value[name]);
    else if (!last && this.strict(place))
      throw new PathMiss(`Missing property in path ${this.textTo(place + 1)}`, "absent");
  }

  private isArray(place: number, value: unknown): value is unknown[] {
    if (Array.isArray(value)) return true;
    if (!this.strict(place)) return false;
    if (value === null) throw new PathMiss(`The path ${this.textTo(place)} is null`, "absent");
    throw new PathMiss(
      `Filter: ${this.textFrom(place)} can only be applied to arrays. Current context is: ${javaText(value)}`,
      "misused",
    );
  }

  private textFrom(place: number): string {
    return this.route.tokens.slice(place).map(fragment).join("");
  }

  private item(place: number, array: unknown[], index: number): void {
    const at = index < 0 ? array.length + index : index;
    if (at >= 0 && at < array.length) this.from(place + 1, array[at]);
    else this.outside = place === this.route.tokens.length - 1;
  }

  private slice(
    place: number,
    array: unknown[],
    { from, to }: { from: number | undefined; to: number | undefined },
  ): void {
    const { length } = array;
    const start = from === undefined ? 0 : to === undefined && from < 0 ? Math.max(0, length + from) : from;
    const end = to === undefined ? length : from === undefined && to < 0 ? length + to : Math.min(length, to);
    for (let index = Math.max(start, -length); index < end; index += 1) this.item(place, array, index);
  }

  private wildcard(place: number, value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.from(place + 1, item);
    else if (isObject(value)) for (const key of Object.keys(value)) this.from(place + 1, value[key]);
  }

  private filter(
    place: number,
    accepts: (item: unknown, document: unknown, budget: Budget) => boolean,
    value: unknown,
  ): void {
    const next = (item: unknown): void => {
      if (accepts(item, this.document, this.budget)) this.from(place + 1, item);
    };
    if (Array.isArray(value)) value.forEach(next);
    else if (isObject(value)) next(value);
    else if (this.strict(place))
      throw new PathMiss(
        `Filter: ${this.textFrom(place)} can not be applied to primitives. Current context is: ${javaText(value)}`,
        "misused",
      );
  }

  /** Applies the token at `place` to a value and to everything inside it. */
  private scan(place: number, value: unknown): void {
    this.budget.spend();
    if (typeof value !== "object" || value === null) return;
    this.from(place, value);
    for (const inner of Object.values(value)) this.scan(place, inner);
  }
}
