import type { Turn } from "@longhaul/workflows/contracts";
import { ArrowDown } from "lucide-react";
import { memo } from "react";
import { Button } from "../../../components/ui/button.js";
import { hueOf, type TalkSoFar } from "../talk.js";
import { SpeakerDot, SpeakerName } from "./speaker.js";
import { useFollowEnd } from "./use-follow-end.js";

/** All that was said, and what is being said. It follows whoever speaks, unless the reader has gone back. */
export function Transcript({ talk, live }: { talk: TalkSoFar; live: boolean }) {
  const { turns, speaking, agents } = talk;
  const length = turns.length * 100_000 + (speaking?.text.length ?? 0);
  const { ref, atEnd, onScroll, toEnd } = useFollowEnd(live, length);
  return (
    <div className="relative">
      <div
        ref={ref}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Transcript"
        className="max-h-[70dvh] overflow-y-auto rounded-md p-4"
      >
        <ol className="grid gap-4">
          {turns.map((turn, at) => (
            <Said
              key={turn.number}
              turn={turn}
              hue={hueOf(agents, turn.speaker)}
              begins={turns[at - 1]?.round !== turn.round}
            />
          ))}
          {speaking && (
            <li className="grid gap-1" data-speaking>
              <Heading
                name={speaking.speaker}
                hue={hueOf(agents, speaking.speaker)}
                number={speaking.number}
              />
              <p className="max-w-prose whitespace-pre-wrap">
                {speaking.text}
                <span
                  aria-hidden
                  className="ml-0.5 inline-block h-4 w-1.5 animate-pulse bg-accent align-text-bottom"
                />
              </p>
            </li>
          )}
        </ol>
      </div>
      {live && !atEnd && (
        <Button
          size="small"
          onClick={toEnd}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-sm"
        >
          <ArrowDown aria-hidden />
          Follow the talk
        </Button>
      )}
    </div>
  );
}

const Said = memo(function Said({ turn, hue, begins }: { turn: Turn; hue: number | null; begins: boolean }) {
  const { number, round, speaker, role, text, action } = turn;
  return (
    <li className="grid gap-1" data-turn={number}>
      {begins && (
        <h3 className="mb-1 border-b pb-1 text-sm font-medium text-ink-soft">
          {turn.kind === "action" ? "Tick" : "Round"} {round}
        </h3>
      )}
      <Heading name={speaker} hue={hue} number={number} role={role} />
      <p className="max-w-prose whitespace-pre-wrap">{text}</p>
      {action && (
        <p className="text-sm text-ink-soft tabular-nums">
          {action.quantity}{" "}
          {action.change > 0 ? `+${action.change}` : action.change === 0 ? "unchanged" : action.change}
          {turn.values && `, now ${turn.values.join(", ")}`}
        </p>
      )}
    </li>
  );
});

function Heading({
  name,
  hue,
  number,
  role,
}: {
  name: string;
  hue: number | null;
  number: number;
  role?: string;
}) {
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      <SpeakerDot hue={hue} />
      <SpeakerName name={name} hue={hue} />
      {role && <span className="text-sm text-ink-soft">{role}</span>}
      <span className="ml-auto text-sm text-ink-soft tabular-nums">{number}</span>
    </p>
  );
}
