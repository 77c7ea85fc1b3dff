/** A finding about a definition, as ValidateStateMachineDefinition gives it. */
export interface Diagnostic {
  severity: "ERROR" | "WARNING";
  code: string;
  message: string;
  /** Where: a path such as `/States/A/Choices[0]/Next`, or the place of a JSON syntax error. */
  location?: string;
}

const MOST_FINDINGS = 1_000;

/** Gathers findings. A hostile definition could have millions: those past the first thousand are left out. */
export class Findings {
  readonly all: Diagnostic[] = [];
  failed = false;

  error(location: string | undefined, message: string, code = "SCHEMA_VALIDATION_FAILED"): void {
    this.failed = true;
    this.add({ severity: "ERROR", code, message }, location);
  }

  warning(location: string, message: string, code: string): void {
    this.add({ severity: "WARNING", code, message }, location);
  }

  private add(found: Diagnostic, location: string | undefined): void {
    if (this.all.length >= MOST_FINDINGS) return;
    this.all.push(location === undefined ? found : { ...found, location });
  }
}

/** What CreateStateMachine and UpdateStateMachine answer: the text of InvalidDefinition, which lists each error. */
export function invalidDefinitionMessage(diagnostics: Diagnostic[]): string {
  const list = diagnostics
    .filter(({ severity }) => severity === "ERROR")
    .slice(0, 100)
    .map(({ code, message, location }) => `${code}: ${message} at ${location ?? "null"}`);
  return `Invalid State Machine Definition: '${list.join(", ")}'`;
}
