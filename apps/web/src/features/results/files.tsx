import type { Artifact } from "@longhaul/kit";
import { Download, FileText } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { formatBytes } from "../../lib/format.js";
import { useDownload } from "./use-download.js";

/** Files of a run, each with a download. */
export function Files({ artifacts }: { artifacts: readonly Artifact[] }) {
  return (
    <ul>
      {artifacts.map((artifact) => (
        <FileRow key={artifact.id} artifact={artifact} />
      ))}
    </ul>
  );
}

function FileRow({ artifact }: { artifact: Artifact }) {
  const { download, error } = useDownload();
  // What somebody has uploaded is theirs, and comes back as it went.
  const forSpreadsheets = artifact.kind === "output" && artifact.contentType === "text/csv";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0">
      <FileText aria-hidden className="size-4 shrink-0 text-ink-soft" />
      <span className="min-w-0 flex-1 font-medium break-all">{artifact.name}</span>
      <span className="text-sm text-ink-soft tabular-nums">
        {artifact.size === null ? "" : formatBytes(artifact.size)}
      </span>
      {artifact.status === "ready" ? (
        <Button size="small" onClick={() => void download(artifact.id, artifact.name, { forSpreadsheets })}>
          <Download aria-hidden />
          Download<span className="sr-only"> {artifact.name}</span>
        </Button>
      ) : (
        <span className="text-sm text-ink-soft">Being written</span>
      )}
      {error && (
        <p role="alert" className="w-full text-bad">
          {error}
        </p>
      )}
    </li>
  );
}
