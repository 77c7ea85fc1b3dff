import type { GraphEdge, GraphNode, MachineGraph } from "./nodes.js";

/** Where something is, in CSS pixels from the drawing's top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: GraphNode;
}
/** The name of a branch, or "each item", above what is inside. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}
export interface PlacedEdge {
  readonly edge: GraphEdge;
  /** From the lower border of one node to the upper border of another, by way of free places between. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A graph as it is drawn, from top to bottom; what is inside of a node comes after the node. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly labels: readonly PlacedLabel[];
  readonly edges: readonly PlacedEdge[];
}

const leaf = { width: 208, height: 60 };
const gapX = 24;
const gapY = 44;
const padding = 12;
const heading = 52;
const labelHeight = 20;
const wayWidth = 12;
const sweeps = 4;

/** A node, or a free place through which an edge passes a layer. */
interface Slot {
  readonly name: string | null;
  readonly width: number;
  readonly height: number;
  readonly inner: Layout | null;
  above: Slot[];
  below: Slot[];
  x: number;
  y: number;
}

/** Places a machine's nodes in layers, each below what leads to it, and what is inside of them in them. */
export function layOut(graph: MachineGraph): Layout {
  const slots = new Map(graph.nodes.map((node) => [node.name, slotOf(node)]));
  const depth = depthsOf(graph);
  const layers: Slot[][] = [];
  for (const { name } of graph.nodes) (layers[depth.get(name) ?? 0] ??= []).push(slots.get(name) as Slot);
  const ways = graph.edges.map((edge) => ({ edge, way: wayOf(edge, slots, depth, layers) }));
  order(layers);
  const size = place(layers);
  const placed = graph.nodes.map((node) => ({ node, slot: slots.get(node.name) as Slot }));
  const inner = placed.flatMap(({ slot }) => (slot.inner ? [moved(slot.inner, slot.x, slot.y)] : []));
  return {
    ...size,
    nodes: [
      ...placed.map(({ node, slot: { x, y, width, height } }) => ({ node, x, y, width, height })),
      ...inner.flatMap(({ nodes }) => nodes),
    ],
    labels: inner.flatMap(({ labels }) => labels),
    edges: [
      ...ways.flatMap(({ edge, way }) => (way.length > 1 ? [{ edge, points: pointsOf(way) }] : [])),
      ...inner.flatMap(({ edges }) => edges),
    ],
  };
}

const slot = (name: string | null, width: number, height: number, inner: Layout | null = null): Slot => ({
  name,
  width,
  height,
  inner,
  above: [],
  below: [],
  x: 0,
  y: 0,
});

/** A parallel's branches side by side, or what a map does for each item, below the node's own heading. */
function slotOf(node: GraphNode): Slot {
  const parts = node.inside
    .filter(({ graph }) => graph.nodes.length > 0)
    .map(({ label, graph }) => ({ label, layout: layOut(graph) }));
  if (parts.length === 0) return slot(node.name, leaf.width, leaf.height);
  let x = padding;
  const nodes: PlacedNode[] = [];
  const labels: PlacedLabel[] = [];
  const edges: PlacedEdge[] = [];
  for (const { label, layout } of parts) {
    labels.push({ x, y: heading, text: label });
    const inside = moved(layout, x, heading + labelHeight);
    nodes.push(...inside.nodes);
    labels.push(...inside.labels);
    edges.push(...inside.edges);
    x += layout.width + gapX;
  }
  const width = Math.max(leaf.width, x - gapX + padding);
  const height = heading + labelHeight + Math.max(...parts.map(({ layout }) => layout.height)) + padding;
  return slot(node.name, width, height, { width, height, nodes, labels, edges });
}

function moved(layout: Layout, x: number, y: number): Layout {
  const move = <T extends { readonly x: number; readonly y: number }>(at: T): T => ({
    ...at,
    x: at.x + x,
    y: at.y + y,
  });
  return {
    ...layout,
    nodes: layout.nodes.map(move),
    labels: layout.labels.map(move),
    edges: layout.edges.map(({ edge, points }) => ({ edge, points: points.map(move) })),
  };
}

/** The longest way from the start to each node; an edge that would close a circle counts for nothing. */
function depthsOf({ start, nodes, edges }: MachineGraph): Map<string, number> {
  const depth = new Map<string, number>();
  const onWay = new Set<string>();
  function visit(name: string, at: number): void {
    if (onWay.has(name) || (depth.get(name) ?? -1) >= at) return;
    depth.set(name, at);
    onWay.add(name);
    for (const { from, to } of edges) if (from === name && to !== null) visit(to, at + 1);
    onWay.delete(name);
  }
  if (start !== null) visit(start, 0);
  for (const { name } of nodes) if (!depth.has(name)) visit(name, 0);
  return depth;
}

/** The slots that an edge passes, one in each layer. Edges out of the graph and back up have none. */
function wayOf(
  { from, to }: GraphEdge,
  slots: ReadonlyMap<string, Slot>,
  depth: ReadonlyMap<string, number>,
  layers: Slot[][],
): Slot[] {
  const source = slots.get(from);
  const target = to === null ? undefined : slots.get(to);
  const first = depth.get(from) ?? 0;
  const last = to === null ? 0 : (depth.get(to) ?? 0);
  if (!source || !target || last <= first) return [];
  const between = Array.from({ length: last - first - 1 }, (_, index) => {
    const free = slot(null, wayWidth, 0);
    layers[first + 1 + index]?.push(free);
    return free;
  });
  const way = [source, ...between, target];
  for (const [index, one] of way.entries()) {
    const next = way[index + 1];
    if (!next) continue;
    one.below.push(next);
    next.above.push(one);
  }
  return way;
}

/** Each layer in the order of the middle of its neighbours, down and up, so that few edges cross. */
function order(layers: Slot[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const down = sweep % 2 === 0;
    const list = down ? layers.slice(1) : layers.slice(0, -1).reverse();
    for (const layer of list) {
      const beside = layers[layers.indexOf(layer) + (down ? -1 : 1)] ?? [];
      const position = new Map(beside.map((one, index) => [one, index]));
      const middle = (one: Slot, own: number): number => {
        const near = down ? one.above : one.below;
        if (near.length === 0) return own;
        return near.reduce((sum, other) => sum + (position.get(other) ?? 0), 0) / near.length;
      };
      const keyed = layer.map((one, index) => ({ one, key: middle(one, index) }));
      keyed.sort((a, b) => a.key - b.key);
      layer.splice(0, layer.length, ...keyed.map(({ one }) => one));
    }
  }
}

function place(layers: readonly Slot[][]): { width: number; height: number } {
  const widths = layers.map((layer) => layer.reduce((sum, { width }) => sum + width + gapX, -gapX));
  const width = Math.max(leaf.width, ...widths);
  let y = 0;
  for (const [index, layer] of layers.entries()) {
    const height = Math.max(...layer.map((one) => one.height));
    let x = (width - (widths[index] ?? 0)) / 2;
    for (const one of layer) {
      one.x = x;
      one.y = y;
      x += one.width + gapX;
      // An edge that only passes goes straight through the whole layer.
      if (one.name === null) Object.assign(one, { height });
    }
    y += height + gapY;
  }
  return { width, height: Math.max(leaf.height, y - gapY) };
}

function pointsOf(way: readonly Slot[]): { x: number; y: number }[] {
  return way.flatMap(({ x, y, width, height }, index) => {
    const middle = x + width / 2;
    const top = { x: middle, y };
    const bottom = { x: middle, y: y + height };
    if (index === 0) return [bottom];
    return index === way.length - 1 ? [top] : [top, bottom];
  });
}
