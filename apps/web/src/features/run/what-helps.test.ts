import type { Run, RunError } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { whatHelps } from "./what-helps.js";

const failed = (error: Partial<RunError>) =>
  ({ status: "failed", error: { code: "POOR_DOUGH", message: "The dough is poor.", ...error } }) as Extract<
    Run,
    { status: "failed" }
  >;

describe("what a retry would do", () => {
  it("is ruled out by a step, which may be helped otherwise", () => {
    const words = whatHelps(failed({ step: "MixDough", fatal: true }), true);
    expect(words).toContain("comes again as long as nothing changes");
    expect(words).toContain("where the cause lay elsewhere");
  });

  it("is ruled out by the machine, whose steps are all done", () => {
    const words = whatHelps(failed({ fatal: true }), true);
    expect(words).toContain("The workflow has decided this");
    expect(words).toContain("Change the input");
    expect(words).not.toContain("cause lay elsewhere");
  });

  it("is told, where nobody knows whether the machine would decide the same", () => {
    expect(whatHelps(failed({}), true)).toContain("Where no step failed, it ends the same way.");
    expect(whatHelps(failed({ code: "STEP_FAILED" }), true)).toContain("show an engineer");
  });

  it("is left to the sentence of a step, and of what keeps a run from its machine", () => {
    expect(whatHelps(failed({ step: "MixDough" }), true)).toBeNull();
    expect(whatHelps(failed({ code: "VERSION_GONE" }), true)).toBeNull();
    expect(whatHelps(failed({ code: "INPUT_OUTDATED" }), true)).toBeNull();
  });

  it("offers nothing to who may only look", () => {
    expect(whatHelps(failed({ fatal: true }), false)).toMatch(/ends the same way\.$/);
    expect(whatHelps(failed({}), false)).toBeNull();
  });
});
