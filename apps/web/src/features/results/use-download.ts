import { useState } from "react";
import { toProblem } from "../../lib/errors.js";
import { guardFormulas } from "../../lib/spreadsheet-csv.js";
import { trpc } from "../../lib/trpc.js";

interface DownloadOptions {
  /** Of CSV whose texts come from elsewhere: no cell is taken for a formula by a spreadsheet that opens the file. */
  readonly forSpreadsheets?: boolean;
}

/** Saves a file of a run under a name; `error` says why that did not work. */
export function useDownload() {
  const { client } = trpc.useUtils();
  const [error, setError] = useState<string | null>(null);
  async function download(
    artifactId: string,
    name: string,
    { forSpreadsheets = false }: DownloadOptions = {},
  ): Promise<void> {
    setError(null);
    try {
      const { url } = await client.artifacts.signedUrl.query({ artifactId, download: !forSpreadsheets });
      if (!forSpreadsheets) return save(url, name);
      const made = URL.createObjectURL(await guarded(url));
      save(made, name);
      // The browser reads it on its own account, and does not say when it has begun.
      setTimeout(() => URL.revokeObjectURL(made), keptMs);
    } catch (thrown) {
      setError(toProblem(thrown).message);
    }
  }
  return { download, error };
}

const keptMs = 60_000;

function save(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

async function guarded(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`The file could not be fetched (${response.status}).`);
  const headers = { "content-type": "text/csv;charset=utf-8" };
  return new Response(response.body.pipeThrough(guardFormulas()), { headers }).blob();
}
