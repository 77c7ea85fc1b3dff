import type { Run } from "@longhaul/kit";
import type { Colour, DrawingElement, VisionResult } from "@longhaul/workflows/contracts";
import { formatPercent, humanize } from "../../../lib/format.js";
import type { Part } from "../book.js";
import { ArtifactImage } from "./artifact-image.js";
import { MadeBy } from "./made-by.js";
import { stageOf, StagePanel } from "./stage-panel.js";

/** What was found in the drawing. */
export function VisionPanel({ run, part }: { run: Run; part: Part<VisionResult> }) {
  return (
    <StagePanel title="The drawing" stage={stageOf(run, "vision")} state={part.state}>
      {part.state === "ready" && <Seen seen={part.value} />}
      {part.state === "failed" && <p className="text-bad">{part.message}</p>}
    </StagePanel>
  );
}

function Seen({ seen }: { seen: VisionResult }) {
  return (
    <div className="grid gap-4 @xl:grid-cols-[minmax(0,14rem)_minmax(0,1fr)]">
      <div className="h-fit overflow-hidden rounded-md border">
        <ArtifactImage
          artifactId={seen.drawingArtifactId}
          alt="The drawing, upright"
          className="object-contain"
        />
      </div>
      <div className="grid content-start gap-4">
        <p className="text-lg">{seen.summary}</p>
        <p>
          <span className="text-ink-soft">Mood:</span> {humanize(seen.mood)}
        </p>
        <Colours colours={seen.colours} />
        <Elements elements={seen.elements} />
        <MadeBy by={seen.madeBy} />
      </div>
    </div>
  );
}

function Colours({ colours }: { colours: readonly Colour[] }) {
  return (
    <ul aria-label="Colours" className="flex flex-wrap gap-x-4 gap-y-2">
      {colours.map(({ name, hex, share }) => (
        <li key={hex} className="flex items-center gap-2">
          <span
            aria-hidden
            className="size-5 rounded-full border border-line-strong"
            style={{ background: hex }}
          />
          {name} <span className="text-sm text-ink-soft tabular-nums">{formatPercent(share)}</span>
        </li>
      ))}
    </ul>
  );
}

function Elements({ elements }: { elements: readonly DrawingElement[] }) {
  if (elements.length === 0) return null;
  return (
    <ul aria-label="What was found" className="grid gap-1">
      {elements.map(({ name, where, size, guess }, index) => (
        <li key={index}>
          <span className="font-medium">{humanize(name)}</span>
          <span className="text-ink-soft">
            {guess && `, perhaps ${guess}`} ({size}, {where})
          </span>
        </li>
      ))}
    </ul>
  );
}
