import { useState } from "react";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";

/** Saves a file of a run under a name; `error` says why that did not work. */
export function useDownload() {
  const { client } = trpc.useUtils();
  const [error, setError] = useState<string | null>(null);
  async function download(artifactId: string, name: string): Promise<void> {
    setError(null);
    try {
      const { url } = await client.artifacts.signedUrl.query({ artifactId, download: true });
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
    } catch (thrown) {
      setError(toProblem(thrown).message);
    }
  }
  return { download, error };
}
