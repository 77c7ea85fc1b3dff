import type { Company } from "./use-company.js";

export type StepName = Company["step"];

/** In their order; each says what it asks in a heading of its own. */
export const steps: readonly {
  readonly name: StepName;
  readonly label: string;
  readonly question: string;
}[] = [
  { name: "company", label: "Company", question: "What is your company called?" },
  { name: "industry", label: "Industry", question: "What does it do?" },
  { name: "audience", label: "Audience", question: "Whom does it speak to?" },
  { name: "tone", label: "Tone", question: "How does it speak?" },
  { name: "sources", label: "Sources", question: "What should the first twin read?" },
  { name: "twin", label: "First twin", question: "Train the first twin" },
];

export const placeOf = (name: StepName): number => steps.findIndex((step) => step.name === name);
export const afterStep = (name: StepName): StepName =>
  steps[Math.min(placeOf(name) + 1, steps.length - 1)]!.name;
export const beforeStep = (name: StepName): StepName => steps[Math.max(placeOf(name) - 1, 0)]!.name;
/** The later of two. */
export const farther = (one: StepName, other: StepName): StepName =>
  placeOf(one) < placeOf(other) ? other : one;
