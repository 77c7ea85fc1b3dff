import type { TalkResult } from "@longhaul/workflows/contracts";
import { Panel } from "../../components/ui/panel.js";
import { costText, hueOf, type TalkSoFar } from "./talk.js";
import { SpeakerDot } from "./transcript/speaker.js";

/** What came of a talk. */
export function Summary({ talk, result }: { talk: TalkSoFar; result: TalkResult }) {
  const { summary, agreements, disagreements, madeBy } = result;
  return (
    <Panel title="What came of it">
      <div data-summary className="grid gap-4">
        <p className="max-w-prose">{summary}</p>
        <div className="grid gap-4 @2xl:grid-cols-2">
          <Points title="Agreements" points={agreements} none="None were found." />
          <Points title="Disagreements" points={disagreements} none="None were found." />
        </div>
        <Shares talk={talk} result={result} />
        <Cost result={result} />
        <p className="text-sm text-ink-soft">{madeBy.note ?? `Spoken by ${madeBy.model}.`}</p>
      </div>
    </Panel>
  );
}

function Points({ title, points, none }: { title: string; points: readonly string[]; none: string }) {
  return (
    <section className="grid content-start gap-1">
      <h3 className="font-semibold">{title}</h3>
      {points.length === 0 ? (
        <p className="text-ink-soft">{none}</p>
      ) : (
        <ul className="grid list-disc gap-1.5 pl-5">
          {points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Shares({ talk, result }: { talk: TalkSoFar; result: TalkResult }) {
  const most = Math.max(1, ...result.shares.map(({ words }) => words));
  return (
    <section className="grid gap-1">
      <h3 className="font-semibold">Who spoke how much</h3>
      <ul className="grid gap-x-6 gap-y-1 @2xl:grid-cols-2">
        {result.shares.map(({ name, turns, words }) => (
          <li key={name} className="grid grid-cols-[minmax(0,8rem)_minmax(0,1fr)_auto] items-center gap-2">
            <span className="flex items-center gap-1.5">
              <SpeakerDot hue={hueOf(talk.agents, name)} />
              <span className="truncate">{name}</span>
            </span>
            <span aria-hidden className="h-1.5 rounded-full bg-sunken">
              <span
                className="forced-color-adjust-none block h-full rounded-full bg-accent"
                style={{ width: `${(100 * words) / most}%` }}
              />
            </span>
            <span className="text-sm text-ink-soft tabular-nums">
              {words} words, {turns} {turns === 1 ? "turn" : "turns"}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Cost({ result: { turns, usage } }: { result: TalkResult }) {
  const tokens = usage.inputTokens + usage.outputTokens;
  const facts = [
    ["Turns", String(turns)],
    [
      "Tokens",
      tokens === 0
        ? "0"
        : `${usage.inputTokens.toLocaleString("en")} in, ${usage.outputTokens.toLocaleString("en")} out`,
    ],
    ["Cost", costText(usage.costUsd)],
  ];
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1">
      {facts.map(([term, value]) => (
        <div key={term} className="flex gap-1.5">
          <dt className="text-ink-soft">{term}</dt>
          <dd className="font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
