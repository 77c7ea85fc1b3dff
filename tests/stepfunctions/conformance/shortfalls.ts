/** What is known to differ from AWS in a case, and why: a sentence for each part that falls short. */
export interface Shortfall {
  output?: string;
  history?: string;
}

/** By name of the case. A case that is listed and passes is an error: the list only gets shorter. */
export const shortfalls: Readonly<Record<string, Shortfall>> = {};
