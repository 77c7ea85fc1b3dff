import { AwsError } from "@longhaul/stepfunctions";

/** A parameter of the Query protocol once it is put together. */
export type Parameter = string | Parameter[] | { [name: string]: Parameter };
type Named = { [name: string]: Parameter };

const maxDepth = 10;

/**
 * Puts a form of the Query protocol together: `Tags.member.1.Key=a` is a list of objects, `Attributes.entry.1.key=a` an
 * object by key. Source: "AWS Query protocol" of the Smithy specification.
 *
 * @throws AwsError MalformedQueryString when names contradict each other
 */
export function parseForm(form: URLSearchParams): Named {
  const root = empty();
  for (const [name, value] of form) put(root, name.split("."), value);
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, tidy(value)]));
}

function put(root: Named, path: string[], value: string): void {
  if (path.length > maxDepth) throw malformed();
  let node = root;
  for (const name of path.slice(0, -1)) {
    const next = (node[name] ??= empty());
    if (typeof next === "string" || Array.isArray(next)) throw malformed();
    node = next;
  }
  const last = path.at(-1) ?? "";
  if (node[last] !== undefined) throw malformed();
  node[last] = value;
}

function tidy(value: Parameter): Parameter {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const names = Object.keys(value);
  const { member, entry } = value;
  if (names.length === 1 && member !== undefined) return items(member).map(tidy);
  if (names.length === 1 && entry !== undefined) return Object.fromEntries(items(entry).map(pair));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, tidy(inner)]));
}

/** The values of "1", "2" and so on, in that order. */
function items(value: Parameter): Parameter[] {
  if (typeof value === "string" || Array.isArray(value)) throw malformed();
  return Object.entries(value)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

/** Message attributes say Name and Value, all other maps key and value. */
function pair(item: Parameter): [string, Parameter] {
  if (typeof item === "string" || Array.isArray(item)) throw malformed();
  const key = item["key"] ?? item["Name"];
  const value = item["value"] ?? item["Value"];
  if (typeof key !== "string" || value === undefined) throw malformed();
  return [key, tidy(value)];
}

/** Without a prototype: names come from outside. */
function empty(): Named {
  return Object.create(null) as Named;
}

function malformed(): AwsError {
  return new AwsError("MalformedQueryString", "The request's parameters cannot be put together.");
}
