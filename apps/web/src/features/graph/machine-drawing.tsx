import type { MachineGraph } from "./nodes.js";
import { useMemo } from "react";
import { cn } from "../../lib/cn.js";
import { type Layout, layOut, type PlacedEdge, type PlacedNode } from "./layout.js";
import type { NodeState } from "./node-state.js";
import { statusFaces } from "./status-face.js";

interface MachineDrawingProps {
  graph: MachineGraph;
  states: ReadonlyMap<string, NodeState>;
  chosen: string | undefined;
  onChoose: (name: string) => void;
}

/** The machine from top to bottom; it scrolls in itself. Each node is a button. */
export function MachineDrawing({ graph, states, chosen, onChoose }: MachineDrawingProps) {
  const layout = useMemo(() => layOut(graph), [graph]);
  return (
    <div
      className="overflow-auto rounded-lg border bg-surface p-4"
      tabIndex={0}
      role="region"
      aria-label="The machine"
    >
      <div
        className="relative mx-auto"
        style={{ width: inLetters(layout.width), height: inLetters(layout.height) }}
      >
        <ul>
          {layout.nodes.map((placed) => (
            <Node
              key={placed.node.name}
              placed={placed}
              state={states.get(placed.node.name)}
              chosen={placed.node.name === chosen}
              onChoose={onChoose}
            />
          ))}
        </ul>
        {layout.labels.map(({ x, y, text }) => (
          <span
            key={`${x} ${y}`}
            aria-hidden
            className="absolute text-sm text-ink-soft"
            style={{ left: inLetters(x), top: inLetters(y) }}
          >
            {text}
          </span>
        ))}
        <Edges layout={layout} />
      </div>
    </div>
  );
}

/** A length of the layout, which grows with the letters in the nodes. */
const inLetters = (length: number): string => `${length / 16}rem`;

/** A step needs no word; both kinds of end are told apart by their state. */
const kindWords: Partial<Record<string, string>> = { step: "", succeed: "end", fail: "end" };

interface NodeProps {
  placed: PlacedNode;
  state: NodeState | undefined;
  chosen: boolean;
  onChoose: (name: string) => void;
}

function Node({ placed: { node, x, y, width, height }, state, chosen, onChoose }: NodeProps) {
  const { word, Icon, ink, box } = statusFaces[state?.status ?? "ahead"];
  const holds = node.inside.length > 0;
  return (
    <li
      className={cn("absolute rounded-lg border", holds ? "border-line-strong/60 bg-sunken/40" : box)}
      style={{
        left: inLetters(x),
        top: inLetters(y),
        width: inLetters(width),
        height: inLetters(height),
      }}
    >
      <button
        type="button"
        data-node={node.name}
        data-node-status={state?.status}
        aria-pressed={chosen}
        onClick={() => onChoose(node.name)}
        className={cn(
          "grid h-[3.625rem] w-full content-center gap-0.5 rounded-[7px] px-3 text-left hover:brightness-95",
          chosen && "outline-2 outline-offset-2 outline-accent",
        )}
      >
        <span className="flex items-center justify-between gap-2">
          <span className="min-w-0 truncate font-medium" title={node.name}>
            {node.label}
          </span>
          <span className="shrink-0 text-sm text-ink-soft">{kindWords[node.kind] ?? node.kind}</span>
        </span>
        <span className={cn("flex items-center gap-1.5 text-sm", ink)}>
          <Icon aria-hidden className="size-3.5 shrink-0" />
          <span className="truncate">
            {word}
            {state && state.known > 1 && ` (${state.done} of ${state.known})`}
            {state && state.retries > 0 && `, ${state.retries} more ${state.retries === 1 ? "try" : "tries"}`}
          </span>
        </span>
      </button>
    </li>
  );
}

function Edges({ layout }: { layout: Layout }) {
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      className="pointer-events-none absolute inset-0 size-full overflow-visible text-line-strong"
    >
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 L8 4 L0 8 z" fill="currentColor" />
        </marker>
      </defs>
      {layout.edges.map((placed) => (
        <Way
          key={`${placed.edge.from} ${placed.edge.to} ${placed.edge.kind} ${placed.edge.label}`}
          placed={placed}
        />
      ))}
    </svg>
  );
}

const longestLabel = 22;

function Way({ placed: { edge, points } }: { placed: PlacedEdge }) {
  const [first, second] = points;
  const label =
    edge.kind === "catch" ? "on error" : (edge.label ?? (edge.kind === "otherwise" ? "otherwise" : null));
  return (
    <g>
      <path
        d={curve(points)}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeDasharray={edge.kind === "catch" ? "4 3" : undefined}
        markerEnd="url(#arrow)"
      />
      {label && first && second && (
        <text
          x={first.x + (second.x - first.x) * labelAt + 6}
          y={first.y + (second.y - first.y) * labelAt + 4}
          className="fill-ink-soft text-[11px] [paint-order:stroke] stroke-surface [stroke-width:4px]"
        >
          {label.length > longestLabel ? `${label.slice(0, longestLabel - 1)}...` : label}
        </text>
      )}
    </g>
  );
}

/** Towards the end of an edge, where those that leave the same node are apart. */
const labelAt = 0.7;

/** Down out of each point and down into the next. */
function curve(points: PlacedEdge["points"]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (!before) return `M${x} ${y}`;
      const middle = (before.y + y) / 2;
      return `C${before.x} ${middle} ${x} ${middle} ${x} ${y}`;
    })
    .join(" ");
}
