import type { RunStep } from "@longhaul/kit";
import type { GraphNode, MachineGraph } from "./nodes.js";
import { describe, expect, it } from "vitest";
import { nodeStates } from "./node-state.js";

const node = (name: string, kind: GraphNode["kind"], inside: GraphNode["inside"] = []): GraphNode => ({
  name,
  kind,
  label: name,
  stage: null,
  compensation: null,
  inside,
});
const next = (from: string, to: string | null, kind: "next" | "catch" | "when" = "next") => ({
  from,
  to,
  kind,
  label: null,
});
const item: MachineGraph = { start: "Draw", nodes: [node("Draw", "step")], edges: [next("Draw", null)] };
const graph: MachineGraph = {
  start: "Tell",
  nodes: [
    node("Tell", "step"),
    node("Check", "choice"),
    node("Pictures", "map", [{ label: "each item", graph: item }]),
    node("Ready", "succeed"),
    node("Refused", "fail"),
  ],
  edges: [
    next("Tell", "Check"),
    next("Check", "Pictures", "when"),
    next("Tell", "Refused", "catch"),
    next("Pictures", "Ready"),
  ],
};
const step = (name: string, status: RunStep["status"], itemPath = "", tries = 1) =>
  ({ step: name, status, itemPath, tries }) as RunStep;

describe("nodeStates", () => {
  it("counts a map's items and passes what leads to them", () => {
    const states = nodeStates(graph, { status: "running" }, [
      step("Tell", "succeeded"),
      step("Draw", "succeeded", "0", 2),
      step("Draw", "running", "1"),
    ]);
    expect(states.get("Draw")).toEqual({ status: "running", done: 1, known: 2, retries: 1 });
    expect(states.get("Pictures")?.status).toBe("running");
    expect(states.get("Check")?.status).toBe("passed");
    expect(states.get("Ready")?.status).toBe("ahead");
  });

  it("tells what a failed run did not take from where it ended", () => {
    const states = nodeStates(graph, { status: "failed" }, [step("Tell", "failed")]);
    expect(states.get("Refused")?.status).toBe("failed");
    expect(states.get("Check")?.status).toBe("not taken");
    expect(states.get("Ready")?.status).toBe("not taken");
  });

  it("reaches the end of a run that has succeeded", () => {
    const states = nodeStates(graph, { status: "succeeded" }, [
      step("Tell", "succeeded"),
      step("Draw", "succeeded", "0"),
    ]);
    expect(states.get("Ready")?.status).toBe("passed");
    expect(states.get("Refused")?.status).toBe("not taken");
  });
});
