import type { Run } from "@longhaul/kit";
import type { NarrationResult, StoryResult } from "@longhaul/workflows/contracts";
import { type Part, whole } from "../book.js";
import { useFileUrl } from "../use-file-url.js";
import { MadeBy } from "./made-by.js";
import { stageOf, StagePanel } from "./stage-panel.js";
import { formatDuration } from "../../../lib/format.js";

interface NarrationPanelProps {
  run: Run;
  story: StoryResult | null;
  parts: readonly Part<NarrationResult>[];
}

/** A player for each page that has been read aloud. */
export function NarrationPanel({ run, story, parts }: NarrationPanelProps) {
  const state = whole(parts);
  const begun = state !== "waiting" && state !== "missing";
  const ready = parts.find((part) => part.state === "ready");
  return (
    <StagePanel title="The narration" stage={stageOf(run, "voice")} state={state}>
      {begun && (
        <>
          <ol className="grid gap-3">
            {parts.map((part, index) => (
              <Reading key={index} part={part} number={index + 1} text={story?.pages[index]?.text} />
            ))}
          </ol>
          {ready?.state === "ready" && <MadeBy by={ready.value.madeBy} />}
        </>
      )}
    </StagePanel>
  );
}

interface ReadingProps {
  part: Part<NarrationResult>;
  number: number;
  text: string | undefined;
}

function Reading({ part, number, text }: ReadingProps) {
  return (
    <li
      data-reading={number}
      data-part-state={part.state}
      className="grid items-center gap-x-4 gap-y-1 @xl:grid-cols-[minmax(0,1fr)_18rem]"
    >
      <p className="min-w-0 truncate" title={text}>
        <span className="mr-2 text-ink-soft tabular-nums">{number}</span>
        {text}
      </p>
      {part.state === "ready" ? (
        <Player recording={part.value} number={number} />
      ) : (
        <p className="text-sm text-ink-soft">
          {part.state === "making" && "Being read aloud"}
          {part.state === "waiting" && "Waits for its turn"}
          {part.state === "missing" && "Not recorded"}
          {part.state === "failed" && <span className="text-bad">{part.message}</span>}
        </p>
      )}
    </li>
  );
}

function Player({ recording, number }: { recording: NarrationResult; number: number }) {
  const { url, renew } = useFileUrl(recording.artifactId);
  const label = `Page ${number} read aloud, ${formatDuration(recording.seconds)}`;
  return (
    <audio controls preload="none" src={url} onError={renew} aria-label={label} className="h-9 w-full" />
  );
}
