import { describe, expect, it } from "vitest";
import { errorsOf, inputOf, type TalkDraft } from "./use-talk-form.js";

const draft: TalkDraft = {
  format: "simulation",
  topic: "Fish",
  rounds: "3",
  agents: [
    { key: 1, name: "Ada", role: "Skipper", position: "I take some." },
    { key: 2, name: "Ben", role: "Skipper", position: "I take more." },
  ],
  quantity: { name: "Fish", start: "10", min: "0", max: "20", growthPercent: "5", mostChange: "2" },
  priority: "normal",
};

describe("the form of a talk", () => {
  it("reads what was written, the shared state for a simulation only", () => {
    expect(errorsOf("simulation", inputOf(draft))).toEqual({});
    expect(inputOf(draft).agents[0]).toEqual({ name: "Ada", role: "Skipper", position: "I take some." });
    expect(inputOf({ ...draft, format: "panel" })).not.toHaveProperty("quantities");
  });

  it("says beside its field what is wrong", () => {
    const wrong = { ...draft, topic: " ", rounds: "", agents: [{ ...draft.agents[0]!, name: "" }] };
    expect(
      errorsOf("simulation", inputOf({ ...wrong, quantity: { ...draft.quantity, start: "99" } })),
    ).toMatchObject({
      topic: "Write what it is about.",
      "agents.0.name": "Give the agent a name.",
      agents: "A talk needs at least 2 agents.",
    });
    const twice = { ...draft, agents: [draft.agents[0]!, { ...draft.agents[0]!, key: 3 }] };
    expect(errorsOf("panel", inputOf({ ...twice, format: "panel" }))["agents.1.name"]).toContain(
      "Two agents",
    );
    expect(errorsOf("panel", inputOf({ ...draft, format: "panel", rounds: "eleven" }))).toHaveProperty(
      "rounds",
    );
  });
});
