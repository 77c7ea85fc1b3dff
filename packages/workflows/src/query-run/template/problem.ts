export const templateProblemCodes = [
  "SQL_INVALID",
  "NOT_A_QUERY",
  "MANY_STATEMENTS",
  "PARAMETER_INVALID",
  "PARAMETER_MISPLACED",
  "PARAMETER_UNKNOWN",
  "PARAMETER_UNUSED",
  "VALUE_MISSING",
  "VALUE_UNUSED",
  "VALUE_INVALID",
] as const;
export type TemplateProblemCode = (typeof templateProblemCodes)[number];

/** Where in the SQL: `from` and `to` are offsets in UTF-16 units (`to` exclusive), line and column begin at 1. */
export interface Place {
  from: number;
  to: number;
  line: number;
  column: number;
}

/** Why a template cannot be rendered, as a sentence for its author. */
export interface TemplateProblem {
  code: TemplateProblemCode;
  message: string;
  /** Null where the problem is not in the SQL, but in the schema or the values. */
  place: Place | null;
  /** The parameter that it is about. */
  parameter: string | null;
}

/** Of one kind as many are named: nobody reads more, and a text of nothing but problems has a hundred thousand. */
export const mostProblems = 100;

export function placeIn(sql: string, from: number, to: number): Place {
  const before = sql.slice(0, from);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { from, to, line: before.split("\n").length, column: from - lineStart + 1 };
}
