import type { GraphNode, MachineGraph } from "./nodes.js";
import { describe, expect, it } from "vitest";
import { type Layout, layOut, type PlacedNode } from "./layout.js";

const node = (name: string, inside: GraphNode["inside"] = []): GraphNode => ({
  name,
  kind: inside.length > 0 ? "map" : "step",
  label: name,
  stage: null,
  compensation: null,
  inside,
});
const graph = (edges: readonly (readonly [string, string | null])[], nodes: GraphNode[]): MachineGraph => ({
  start: nodes[0]?.name ?? null,
  nodes,
  edges: edges.map(([from, to]) => ({ from, to, kind: "next", label: null })),
});

const named = (layout: Layout, name: string) =>
  layout.nodes.find((one) => one.node.name === name) as PlacedNode;
const overlap = (a: PlacedNode, b: PlacedNode) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe("layOut", () => {
  it("puts each node below all that lead to it, and none over another", () => {
    const layout = layOut(
      graph(
        [
          ["A", "B"],
          ["A", "C"],
          ["B", "D"],
          ["C", "D"],
          ["A", "D"],
        ],
        ["A", "B", "C", "D"].map((name) => node(name)),
      ),
    );
    for (const { edge } of layout.edges) {
      const from = named(layout, edge.from);
      expect(named(layout, edge.to as string).y).toBeGreaterThan(from.y + from.height);
    }
    for (const [index, a] of layout.nodes.entries()) {
      for (const b of layout.nodes.slice(index + 1))
        expect(overlap(a, b), `${a.node.name} ${b.node.name}`).toBe(false);
    }
  });

  it("leads an edge that skips a layer past the nodes of that layer", () => {
    const layout = layOut(
      graph(
        [
          ["A", "B"],
          ["B", "C"],
          ["A", "C"],
        ],
        ["A", "B", "C"].map((name) => node(name)),
      ),
    );
    const b = named(layout, "B");
    const way = layout.edges.find(({ edge }) => edge.from === "A" && edge.to === "C");
    expect(way?.points).toHaveLength(4);
    for (const { x, y } of way?.points.slice(1, 3) ?? []) {
      expect(y >= b.y && y <= b.y + b.height).toBe(true);
      expect(x < b.x || x > b.x + b.width).toBe(true);
    }
  });

  it("keeps what is inside of a node within its borders, nested too", () => {
    const deep = graph(
      [
        ["X", "Y"],
        ["Y", null],
      ],
      [node("X"), node("Y")],
    );
    const middle = graph([["Inner", null]], [node("Inner", [{ label: "each item", graph: deep }])]);
    const layout = layOut(
      graph([["Outer", "End"]], [node("Outer", [{ label: "a", graph: middle }]), node("End")]),
    );
    const [outer, inner] = [named(layout, "Outer"), named(layout, "Inner")];
    for (const [inside, box] of [
      [inner, outer],
      [named(layout, "X"), inner],
      [named(layout, "Y"), inner],
    ] as const) {
      expect(inside.x).toBeGreaterThanOrEqual(box.x);
      expect(inside.x + inside.width).toBeLessThanOrEqual(box.x + box.width);
      expect(inside.y + inside.height).toBeLessThanOrEqual(box.y + box.height);
    }
    expect(named(layout, "End").y).toBeGreaterThan(outer.y + outer.height);
    expect(layout.labels.map(({ text }) => text)).toEqual(["a", "each item"]);
  });

  it("ends for a graph that goes in a circle", () => {
    const layout = layOut(
      graph(
        [
          ["A", "B"],
          ["B", "A"],
        ],
        [node("A"), node("B")],
      ),
    );
    expect(layout.nodes).toHaveLength(2);
  });
});
