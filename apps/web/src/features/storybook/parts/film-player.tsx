import type { Chapter, VideoResult } from "@longhaul/workflows/contracts";
import { useRef, useState } from "react";
import { Notice } from "../../../components/ui/notice.js";
import { cn } from "../../../lib/cn.js";
import { useFileUrl } from "../use-file-url.js";

const kind = 'video/mp4; codecs="avc1.42E01E, mp4a.40.2"';

/** Says so where a browser has no decoder, in place of a black box. */
const playable = () => document.createElement("video").canPlayType(kind) !== "";

/** The browser's own player with subtitles, and the chapters as a list to jump by. */
export function FilmPlayer({ title, film }: { title: string; film: VideoResult }) {
  const player = useRef<HTMLVideoElement>(null);
  const resumeAt = useRef(0);
  const [time, setTime] = useState(0);
  const { url, renew } = useFileUrl(film.artifactId);
  const subtitles = useFileUrl(film.subtitlesArtifactId);
  const poster = useFileUrl(film.posterArtifactId);

  function jump(to: number): void {
    const video = player.current;
    if (!video) return;
    video.currentTime = to;
    setTime(to);
    void video.play().catch(() => {});
  }

  return (
    <div className="grid gap-3 @3xl:grid-cols-[minmax(0,1fr)_14rem]">
      <div className="grid content-start gap-2">
        <video
          ref={player}
          key={subtitles.url}
          controls
          playsInline
          preload="metadata"
          crossOrigin="anonymous"
          src={url}
          poster={poster.url}
          aria-label={`The film "${title}"`}
          className="aspect-video w-full rounded-md border bg-black"
          onTimeUpdate={({ currentTarget }) => setTime(currentTarget.currentTime)}
          // A link that has run out: with a new one it goes on where it was.
          onError={() => {
            resumeAt.current = time;
            renew();
          }}
          onLoadedMetadata={({ currentTarget }) => {
            if (resumeAt.current > 0) currentTarget.currentTime = resumeAt.current;
            resumeAt.current = 0;
          }}
        >
          {subtitles.url && (
            <track default kind="subtitles" srcLang="en" label="English" src={subtitles.url} />
          )}
        </video>
        {!playable() && (
          <Notice look="warn">This browser has no decoder for MP4. Download the film to see it.</Notice>
        )}
      </div>
      <Chapters chapters={film.chapters} time={time} onChoose={jump} />
    </div>
  );
}

interface ChaptersProps {
  chapters: readonly Chapter[];
  time: number;
  onChoose: (from: number) => void;
}

function Chapters({ chapters, time, onChoose }: ChaptersProps) {
  return (
    <ol aria-label="Chapters" className="grid grid-cols-[minmax(0,1fr)] content-start gap-0.5">
      {chapters.map(({ title, from, to }, index) => {
        const now = time >= from && time < to;
        return (
          <li key={index}>
            <button
              type="button"
              aria-current={now ? "true" : undefined}
              onClick={() => onChoose(from)}
              className={cn(
                "flex min-h-8 w-full items-baseline gap-2 rounded-md px-2 py-1 text-left hover:bg-sunken",
                now && "bg-accent-soft font-medium text-accent",
              )}
            >
              <span className="w-10 shrink-0 text-sm text-ink-soft tabular-nums">{clock(from)}</span>
              <span className="min-w-0 break-words">{title}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
