import { Skeleton } from "../../../components/ui/skeleton.js";
import { cn } from "../../../lib/cn.js";
import { useFileUrl } from "../use-file-url.js";

interface ArtifactImageProps {
  artifactId: string;
  alt: string;
  /** Of the box that is kept free while it loads, e.g. "aspect-video". */
  className?: string;
}

/** A picture out of the run's files. */
export function ArtifactImage({ artifactId, alt, className }: ArtifactImageProps) {
  const { url } = useFileUrl(artifactId);
  if (!url) return <Skeleton className={cn("w-full", className)} />;
  return (
    <img src={url} alt={alt} loading="lazy" className={cn("w-full bg-sunken object-cover", className)} />
  );
}
