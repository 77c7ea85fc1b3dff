import type { Subject } from "./subject.js";

/** The steps of the data flow that AWS shows for each type of state, as recorded. JSONata states take fewer steps. */
const STEPS: Record<string, readonly string[]> = {
  Pass: ["afterInputPath", "afterParameters", "result", "afterResultSelector", "afterResultPath"],
  Task: [
    "afterInputPath",
    "afterParameters",
    "afterArguments",
    "result",
    "afterResultSelector",
    "afterResultPath",
  ],
  Parallel: ["afterResultSelector", "afterResultPath"],
  Map: [
    "afterInputPath",
    "afterItemsPath",
    "afterItemSelector",
    "afterItemBatcher",
    "afterItemsPointer",
    "maxConcurrency",
    "toleratedFailureCount",
    "toleratedFailurePercentage",
    "afterResultSelector",
    "afterResultPath",
  ],
};
const OTHERS = ["afterInputPath"];
const NUMBERS = new Set(["maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"]);
const HANDLING = ["retryIndex", "retryBackoffIntervalSeconds", "catchIndex"];

/** Gathers what a trial says of its steps, for TestState's inspectionData. */
export class Inspection {
  private readonly shown: ReadonlySet<string>;
  private readonly data: Record<string, unknown> = {};
  private readonly errorDetails: Record<string, number> = {};

  constructor({ type, definition }: Subject) {
    const steps = STEPS[type] ?? OTHERS;
    // As recorded on AWS, a Pass with a Result does not look at its input.
    const ignoresInput = type === "Pass" && Object.hasOwn(definition, "Result");
    this.shown = new Set(ignoresInput ? steps.slice(2) : steps);
  }

  readonly trace = (step: string, text: string): void => {
    if (HANDLING.includes(step)) this.errorDetails[step] = Number(text);
    // What a catcher makes of its error is no step of the state's own.
    if (!this.shown.has(step) || "catchIndex" in this.errorDetails) return;
    this.data[step] = NUMBERS.has(step) ? Number(text) : text;
  };

  /** @param variables JSON text of the workflow variables after the state; undefined where there are none */
  result(input: string, variables: string | undefined): Record<string, unknown> {
    return {
      input,
      ...this.data,
      ...(Object.keys(this.errorDetails).length === 0 ? {} : { errorDetails: this.errorDetails }),
      ...(variables === undefined ? {} : { variables }),
    };
  }
}
