import { Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import { Panel } from "../../components/ui/panel.js";
import { TimeAgo } from "../../components/ui/time.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { type Twin, TwinBadge, type TwinVersion } from "./twin-state.js";

/** Every version with what it has read, and the way back to one of them. */
export function Versions({ twin }: { twin: Twin }) {
  const utils = trpc.useUtils();
  const mayAct = useMay("operator") && twin.removingRunId === null;
  const activate = trpc.twins.activate.useMutation({ onSettled: () => utils.twins.invalidate() });
  return (
    <Panel title="Versions" flush>
      {activate.isError && (
        <Notice role="alert" look="bad" className="m-4">
          {toProblem(activate.error).message}
        </Notice>
      )}
      <ul>
        {twin.versions.map((version) => (
          <li
            key={version.version}
            data-version={version.version}
            className="grid gap-2 border-b px-4 py-3 last:border-b-0"
          >
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="font-medium">Version {version.version}</span>
              <TwinBadge state={version.state} />
              {version.active && <span className="text-sm font-medium text-good">answers</span>}
              <span className="text-sm text-ink-soft">
                begun <TimeAgo at={version.createdAt} />
                {version.createdBy && ` by ${version.createdBy}`}
              </span>
              {version.runId && (
                <Link to="/runs/$runId/result" params={{ runId: version.runId }} className="link text-sm">
                  Run<span className="sr-only"> of version {version.version}</span>
                </Link>
              )}
              {mayAct && version.state === "ready" && !version.active && (
                <Button
                  size="small"
                  className="ml-auto"
                  disabled={activate.isPending}
                  onClick={() => activate.mutate({ twinId: twin.id, version: version.version })}
                >
                  Let this one answer<span className="sr-only">: version {version.version}</span>
                </Button>
              )}
            </div>
            <Documents documents={version.documents} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Documents({ documents }: { documents: TwinVersion["documents"] }) {
  if (documents.length === 0) return null;
  return (
    <ul className="grid gap-1 text-sm">
      {documents.map(({ name, kind, characters, refused }, place) => (
        <li key={place} className="flex flex-wrap gap-x-2">
          <span className="break-all">{name}</span>
          {refused === null ? (
            <span className="text-ink-soft tabular-nums">
              {kind}, {characters.toLocaleString("en")} characters
            </span>
          ) : (
            <span className="text-bad">left out: {refused}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
