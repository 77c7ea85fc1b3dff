import jsonata from "jsonata";
import { MAX_SEQUENCE, MAX_SYNTAX_COPIES } from "./bounds.js";
import { LinearRegExp } from "./regular-expression.js";

/**
 * Has jsonata parse an expression.
 * @throws Error with jsonata's message when it does not parse, or when it would take very long to
 */
export function parseExpression(source: string): jsonata.Expression {
  return boundingCopies(() =>
    jsonata(source, {
      // Without a bound here jsonata calls no guardrails; the real one is the evaluation's own.
      stack: Number.MAX_SAFE_INTEGER,
      sequence: MAX_SEQUENCE,
      // jsonata calls `new` on it with the RegExp of the expression, and then lastIndex and exec alone.
      RegexEngine: LinearRegExp as unknown as RegExpConstructor,
    }),
  );
}

/**
 * For each `?:` and `??` jsonata's parser copies what stands before it, through JSON: nested, 60 characters take
 * gigabytes. The parser offers no bound, but nothing else runs while it does, so that JSON can be watched meanwhile.
 */
function boundingCopies<T>(parse: () => T): T {
  const { stringify } = JSON;
  let copied = 0;
  JSON.stringify = (value: unknown) => {
    const text = stringify(value);
    copied += text?.length ?? 0;
    if (copied > MAX_SYNTAX_COPIES)
      throw new Error("The expression nests the operators ?: and ?? too deeply");
    return text;
  };
  try {
    return parse();
  } finally {
    JSON.stringify = stringify;
  }
}
