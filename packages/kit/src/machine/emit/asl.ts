export type AslState = { readonly Type: string; readonly [field: string]: unknown };

/** States that lead to one another: a machine's, a branch's, or those of a map. */
export interface AslStates {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: AslState };
}

/** A state machine in the Amazon States Language, JSONata throughout. */
export interface AslMachine extends AslStates {
  readonly Comment: string;
  readonly QueryLanguage: "JSONata";
}
