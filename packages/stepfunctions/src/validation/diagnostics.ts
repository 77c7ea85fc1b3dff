/** A finding about a definition, as ValidateStateMachineDefinition gives it. */
export interface Diagnostic {
  severity: "ERROR" | "WARNING";
  code: string;
  message: string;
  /** JSON pointer into the definition. */
  location?: string;
}

/** Gathers findings. */
export class Findings {
  readonly all: Diagnostic[] = [];

  error(location: string, message: string, code = "SCHEMA_VALIDATION_FAILED"): void {
    this.all.push({ severity: "ERROR", code, message, location });
  }

  warning(location: string, message: string, code: string): void {
    this.all.push({ severity: "WARNING", code, message, location });
  }

  get failed(): boolean {
    return this.all.some(({ severity }) => severity === "ERROR");
  }
}
