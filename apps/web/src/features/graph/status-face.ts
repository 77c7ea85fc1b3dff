import {
  Ban,
  Circle,
  CircleCheck,
  CirclePause,
  CirclePlay,
  CircleX,
  type LucideIcon,
  RotateCcw,
  RotateCw,
} from "lucide-react";
import type { NodeStatus } from "./node-state.js";

interface Face {
  readonly word: string;
  readonly Icon: LucideIcon;
  readonly ink: string;
  readonly box: string;
}

/** How each state of a node looks: the icon and the word say what the colour says. */
export const statusFaces: Record<NodeStatus, Face> = {
  ahead: {
    word: "Not reached yet",
    Icon: Circle,
    ink: "text-ink-soft",
    box: "border-line-strong/60 bg-surface",
  },
  "not taken": {
    word: "Not taken",
    Icon: Ban,
    ink: "text-ink-soft",
    box: "border-dashed border-line-strong/60 bg-canvas",
  },
  running: { word: "Running", Icon: CirclePlay, ink: "text-accent", box: "border-accent bg-accent-soft" },
  retrying: { word: "Trying again", Icon: RotateCw, ink: "text-warn", box: "border-warn bg-warn-soft" },
  waiting: { word: "Waiting", Icon: CirclePause, ink: "text-warn", box: "border-warn bg-warn-soft" },
  succeeded: { word: "Done", Icon: CircleCheck, ink: "text-good", box: "border-good/60 bg-good-soft" },
  passed: { word: "Passed", Icon: CircleCheck, ink: "text-good", box: "border-good/60 bg-good-soft" },
  failed: { word: "Failed", Icon: CircleX, ink: "text-bad", box: "border-bad bg-bad-soft" },
  undone: {
    word: "Taken back",
    Icon: RotateCcw,
    ink: "text-ink-soft",
    box: "border-line-strong bg-idle-soft",
  },
};
