import type { Company } from "./use-company.js";

export type StepName = Company["step"];

interface Step {
  readonly name: StepName;
  readonly label: string;
  readonly question: string;
}

const first: Step = { name: "company", label: "Company", question: "What is your company called?" };

/** In their order; each says what it asks in a heading of its own. */
export const steps: readonly Step[] = [
  first,
  { name: "industry", label: "Industry", question: "What does it do?" },
  { name: "audience", label: "Audience", question: "Whom does it speak to?" },
  { name: "tone", label: "Tone", question: "How does it speak?" },
  { name: "sources", label: "Sources", question: "What should the first twin read?" },
  { name: "twin", label: "First twin", question: "Train the first twin" },
];

export const placeOf = (name: StepName): number => steps.findIndex((step) => step.name === name);
export const stepOf = (name: StepName): Step => steps[placeOf(name)] ?? first;
export const afterStep = (name: StepName): StepName =>
  (steps[Math.min(placeOf(name) + 1, steps.length - 1)] ?? first).name;
export const beforeStep = (name: StepName): StepName => (steps[placeOf(name) - 1] ?? first).name;
/** The later of two. */
export const farther = (one: StepName, other: StepName): StepName =>
  placeOf(one) < placeOf(other) ? other : one;
