import type { GraphEdge, GraphNode, MachineGraph } from "./graph.js";

/** A machine's graph as the text of a Mermaid state diagram, as Markdown pages show it. */
export function mermaidOf(graph: MachineGraph): string {
  return ["stateDiagram-v2", ...linesOf(graph).map((line) => `  ${line}`)].join("\n");
}

function linesOf({ start, nodes, edges }: MachineGraph): string[] {
  const last = nodes.filter(({ kind }) => kind === "succeed" || kind === "fail");
  return [
    `[*] --> ${start ?? "[*]"}`,
    ...nodes.flatMap(insideOf),
    ...edges.map(arrow),
    ...last.map(({ name }) => `${name} --> [*]`),
  ];
}

function insideOf({ name, kind, inside }: GraphNode): string[] {
  if (inside.length === 0) return [];
  // Regions side by side stand for branches, one region for what is done with each item.
  const regions = inside.map(({ label, graph }) => [
    ...(kind === "parallel" ? [`%% ${label}`] : []),
    ...linesOf(graph),
  ]);
  const body = regions.flatMap((lines, index) => (index === 0 ? lines : ["--", ...lines]));
  return [`state ${name} {`, ...body.map((line) => `  ${line}`), "}"];
}

function arrow({ from, to, kind, label }: GraphEdge): string {
  const said = label ?? (kind === "catch" ? "fails" : kind === "otherwise" ? "otherwise" : null);
  return `${from} --> ${to ?? "[*]"}${said === null ? "" : `: ${plain(said)}`}`;
}

/** Mermaid ends a statement at a semicolon, and reads a code after a number sign. */
function plain(text: string): string {
  return text
    .replaceAll("#", "#35;")
    .replaceAll(/;(?<!#35;)/g, ",")
    .replaceAll(/\s+/g, " ");
}
