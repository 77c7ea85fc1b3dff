import type { Run } from "@longhaul/kit";
import type { VideoResult } from "@longhaul/workflows/contracts";
import { Download } from "lucide-react";
import { Button } from "../../../components/ui/button.js";
import { formatBytes, formatDuration } from "../../../lib/format.js";
import { useDownload } from "../../results/use-download.js";
import type { Part } from "../book.js";
import { FilmPlayer } from "./film-player.js";
import { stageOf, StagePanel } from "./stage-panel.js";

/** The film: to watch here, chapter by chapter, and to take along. */
export function VideoPanel({ run, title, part }: { run: Run; title: string; part: Part<VideoResult> }) {
  return (
    <StagePanel title="The film" stage={stageOf(run, "video")} state={part.state}>
      {part.state === "ready" && <Film title={title} film={part.value} />}
      {part.state === "failed" && <p className="text-bad">{part.message}</p>}
    </StagePanel>
  );
}

function Film({ title, film }: { title: string; film: VideoResult }) {
  const { download, error } = useDownload();
  return (
    <div className="grid gap-3">
      <FilmPlayer title={title} film={film} />
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" onClick={() => void download(film.artifactId, `${title}.mp4`)}>
          <Download aria-hidden />
          Download the film
        </Button>
        <span className="text-sm text-ink-soft tabular-nums">
          MP4, {formatDuration(film.seconds)}, {formatBytes(film.bytes)}
        </span>
      </div>
      {error && (
        <p role="alert" className="text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
