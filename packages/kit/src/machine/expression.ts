/** Where a variable's value is read from: `$name`, unless a state needs it before it is assigned. */
export type Resolve = (variable: string) => string;

/** Where a field of the execution's own input is read from. */
export const fromExecution: Resolve = (name) => `$states.context.Execution.Input.${name}`;

/** A name that begins with "@" is no variable but a field of the execution's input. */
export const fromVariables: Resolve = (name) =>
  name.startsWith("@") ? fromExecution(name.slice(1)) : `$${name}`;

/** What the build knows of a value: the variable it is a part of, and its schema. */
export interface Known {
  readonly source: string;
  /** As a person writes it: "writeStory.pages". */
  readonly path: string;
  /** Undefined where no schema tells. */
  readonly schema: unknown;
}

/** A piece of JSONata with the variables it reads. */
export class Expression {
  readonly uses: ReadonlySet<string>;
  readonly render: (resolve: Resolve) => string;
  known: Known | undefined;

  constructor(uses: Iterable<string>, render: (resolve: Resolve) => string) {
    this.uses = new Set(uses);
    this.render = render;
  }
}

/** Builds an expression out of JSONata text and other expressions. */
export function jsonata(text: TemplateStringsArray, ...parts: (Expression | string)[]): Expression {
  const uses = parts.flatMap((part) => (part instanceof Expression ? [...part.uses] : []));
  return new Expression(uses, (resolve) =>
    String.raw(
      { raw: text },
      ...parts.map((part) => (part instanceof Expression ? part.render(resolve) : part)),
    ),
  );
}

export function variable(name: string): Expression {
  return new Expression([name], (resolve) => resolve(name));
}

/** A field of what each execution, and each item of a distributed map, is started with. */
export function executionField(
  name: "run" | "attempt" | "correlationId" | "startedAt" | "input",
): Expression {
  return variable(`@${name}`);
}

// CloudFormation and the local deploy replace ${Name} wherever it stands, so a user's own "${" is spelt out.
export function jsonataString(text: string): string {
  return JSON.stringify(text).replaceAll("${", "\\u0024{");
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const operatorNames = new Set(["and", "or", "in", "true", "false", "null", "function"]);

/** The field of an object: `$a.b`, quoted where JSONata's grammar wants it. */
export function field(owner: Expression, name: string): Expression {
  if (plainName.test(name) && !operatorNames.has(name)) return jsonata`${owner}.${name}`;
  if (/[`\\]|\$\{/.test(name)) return jsonata`$lookup(${owner}, ${jsonataString(name)})`;
  return jsonata`${owner}.\`${name}\``;
}

/** ASL's form of an expression. */
export function delimited(expression: Expression, resolve: Resolve = fromVariables): string {
  return `{% ${expression.render(resolve)} %}`;
}
