import type { LambdaInvoker } from "@longhaul/stepfunctions";

type Answer = Awaited<ReturnType<LambdaInvoker>>;
type Script = (payload: Record<string, unknown>) => Answer | Promise<Answer>;

/** What ProcessData gives for a small file. */
export const importResult = {
  outcome: "accepted",
  summary: "All 2 rows were read.",
  fileName: "readings.csv",
  format: "csv",
  compression: "none",
  encoding: "utf-8",
  delimiter: ",",
  sha256: "0".repeat(64),
  bytes: 12,
  inflatedBytes: 12,
  durationMs: 3,
  rowsRead: 2,
  rowsAccepted: 2,
  rowsRejected: 0,
  rejectedShare: 0,
  rejectedArtifactId: null,
  rejectedListed: 0,
  profileArtifactId: "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21",
  columnCount: 1,
  columns: [],
  cut: null,
};

export const returned = (output: unknown): Answer => ({
  statusCode: 200,
  executedVersion: "$LATEST",
  payload: JSON.stringify({ output }),
});

/** As Lambda answers for a function that threw. */
export const thrown = (errorType: string, errorMessage: string): Answer => ({
  statusCode: 200,
  executedVersion: "$LATEST",
  functionError: "Unhandled",
  payload: JSON.stringify({ errorType, errorMessage, trace: [] }),
});

/** Stands where Lambda does, and answers what the test has written down; a held step waits for its release. */
export function scriptedSteps() {
  const scripts = new Map<string, Script>();
  const releases = new Set<() => void>();
  const begun = new Map<string, number>();
  const listeners = new Set<() => void>();

  const invoke: LambdaInvoker = async ({ functionName, payload }) => {
    const step = functionName.split("-").at(-1)!;
    begun.set(step, (begun.get(step) ?? 0) + 1);
    for (const listener of listeners) listener();
    return scripts.get(step)!(JSON.parse(payload) as Record<string, unknown>);
  };

  function reset(): void {
    scripts.set("ProcessData", () => returned(importResult));
    scripts.set("SendNotification", () =>
      returned({ status: "sent", channel: "EMAIL", recipient: "a***@example.test" }),
    );
    begun.clear();
  }
  reset();

  return {
    invoke,
    /** Back to steps that all succeed. */
    reset,
    script: (step: string, answer: Script) => void scripts.set(step, answer),
    calls: (step: string) => begun.get(step) ?? 0,
    /** Makes a step wait; the returned function lets it go on. */
    hold(step: string): () => void {
      const answer = scripts.get(step)!;
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      releases.add(release);
      scripts.set(step, async (payload) => {
        await gate;
        return answer(payload);
      });
      return release;
    },
    releaseAll: () => releases.forEach((release) => release()),
    /** Until the step has been called that often. */
    async begins(step: string, times = 1): Promise<void> {
      await new Promise<void>((resolve) => {
        const look = () => {
          if ((begun.get(step) ?? 0) < times) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      });
    },
  };
}
