import { QueryError } from "./query-error.js";

type Write = (args: readonly string[]) => string;

/** Of exactly so many arguments. */
const of =
  (count: number, usage: string, write: Write): Write =>
  (args) => {
    if (args.length !== count) throw new QueryError(`It is ${usage}.`);
    return write(args);
  };

const renamed =
  (name: string): Write =>
  (args) =>
    `${name}(${args.join(", ")})`;

/** AMC gives NULL as soon as one of them is NULL; DuckDB leaves those out. */
const nullIfAny =
  (name: string): Write =>
  (args) =>
    `case when ${args.map((arg) => `(${arg}) is null`).join(" or ")} then null else ${name}(${args.join(", ")}) end`;

const position: Write = ([part = "''", text = "''", from]) =>
  from === undefined
    ? `instr(${text}, ${part})`
    : `case when instr(substring(${text}, ${from}), ${part}) = 0 then 0 else instr(substring(${text}, ${from}), ${part}) + ${from} - 1 end`;

function namedRow(args: readonly string[]): string {
  const labels = args.filter((_, i) => i % 2 === 0);
  if (args.length === 0 || args.length % 2 !== 0 || !labels.every((label) => /^'[^']+'$/.test(label)))
    throw new QueryError("It is NAMED_ROW('label', value, ...), with a text as each label.");
  const fields = labels.map(
    (label, i) => `"${label.slice(1, -1).replaceAll('"', '""')}" := ${args[2 * i + 1]}`,
  );
  return `struct_pack(${fields.join(", ")})`;
}

/** AMC's functions that have another name, other arguments or another meaning in DuckDB. */
export const calls: Readonly<Record<string, Write>> = {
  NAMED_ROW: namedRow,
  COLLECT: (args) => `list(${args.join(", ").replace(/^all\s+/i, "")})`,
  CONTAINED_IN: ([one = "", ...others]) => `((${one}) in (${others.join(", ")}))`,
  SECONDS_BETWEEN: of(2, "SECONDS_BETWEEN(first, second)", ([a, b]) => `date_diff('second', ${a}, ${b})`),
  CONVERT_TIME_ZONE_FROM_UTC: of(
    2,
    "CONVERT_TIME_ZONE_FROM_UTC(time, 'zone')",
    ([time, zone]) => `timezone(${zone}, (${time})::timestamp at time zone 'UTC')`,
  ),
  EPOCH_TO_UTC_TIMESTAMP: of(
    1,
    "EPOCH_TO_UTC_TIMESTAMP(number)",
    ([n]) =>
      `epoch_ms(case when abs(${n}) >= 100000000000 then (${n})::bigint else ((${n}) * 1000)::bigint end)`,
  ),
  // AMC counts from 1, Sunday; DuckDB from 0.
  DAYOFWEEK: of(1, "DAYOFWEEK(date)", ([day]) => `(dayofweek(${day}) + 1)`),
  NVL: renamed("coalesce"),
  NVL2: of(
    3,
    "NVL2(value, then, else)",
    ([a, b, c]) => `case when (${a}) is not null then ${b} else ${c} end`,
  ),
  GREATEST: nullIfAny("greatest"),
  LEAST: nullIfAny("least"),
  CHARINDEX: position,
  LOCATE: position,
  REGEXP_SUBSTR: renamed("regexp_extract"),
  REGEXP_SPLIT: renamed("regexp_split_to_array"),
  // All of them; DuckDB replaces the first only unless told.
  REGEXP_REPLACE: of(
    3,
    "REGEXP_REPLACE(text, pattern, replacement)",
    (args) => `regexp_replace(${args.join(", ")}, 'g')`,
  ),
  CARDINALITY: renamed("len"),
  ARRAY_CAT: renamed("list_concat"),
  ARRAY_COMPLEMENT: of(
    2,
    "ARRAY_COMPLEMENT(array, array)",
    ([a, b]) => `list_filter(${a}, lambda item: not list_contains(${b}, item))`,
  ),
  ARRAY_REMOVE: of(
    2,
    "ARRAY_REMOVE(array, element)",
    ([a, one]) => `list_filter(${a}, lambda item: item is distinct from ${one})`,
  ),
  ARRAY_UNION: of(2, "ARRAY_UNION(array, array)", ([a, b]) => `list_distinct(list_concat(${a}, ${b}))`),
  EXPLODE: renamed("unnest"),
  PERCENTILE: renamed("quantile_cont"),
  APPROX_PERCENTILE: renamed("approx_quantile"),
  HASH64: renamed("hash"),
  JSON_SERIALIZE: renamed("to_json"),
};

const seconds = "Use SECONDS_BETWEEN(first, second).";
const today = "Use CAST('today' AS DATE) or CAST('now' AS TIMESTAMP).";

/** Functions of other databases that queries are often written with, and what AMC has in their place. */
export const noSuchFunction: Readonly<Record<string, string>> = {
  GETDATE: today,
  NOW: today,
  DATE_DIFF: seconds,
  DATEDIFF: seconds,
  MINUTES_BETWEEN: seconds,
  HOURS_BETWEEN: seconds,
  ARRAY_AGG: "Use COLLECT(value).",
  LIST: "Use COLLECT(value).",
  STRING_AGG: "Use ARRAY_TO_STRING(COLLECT(value), separator).",
  STRUCT_PACK: "Use NAMED_ROW('label', value, ...).",
  STRFTIME: "Use EXTRACT(unit FROM time) or DATE_TRUNC('unit', time).",
};
