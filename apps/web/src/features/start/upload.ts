import type { TRPCClient } from "@trpc/client";
import { formatBytes } from "../../lib/format.js";
import type { AppRouter } from "../../lib/trpc.js";

interface FileRules {
  readonly accept: readonly string[];
  /** Bytes. */
  readonly maxBytes: number;
}

/** Why this file cannot be taken, as a sentence; null when it can. */
export function refusalOf(file: File, { accept, maxBytes }: FileRules): string | null {
  if (file.size === 0) return `${file.name} is empty.`;
  if (file.size > maxBytes) {
    return `${file.name} has ${formatBytes(file.size)}; at most ${formatBytes(maxBytes)} can be uploaded.`;
  }
  if (accept.length > 0 && !accept.some((rule) => fits(file, rule))) {
    const endings = accept.filter((rule) => rule.startsWith(".")).join(", ");
    return `${file.name} is not of a kind that is read here${endings ? `: ${endings}` : ""}.`;
  }
  return null;
}

function fits(file: File, rule: string): boolean {
  if (rule.startsWith(".")) return file.name.toLowerCase().endsWith(rule.toLowerCase());
  if (rule.endsWith("/*")) return file.type.startsWith(rule.slice(0, -1));
  return file.type === rule;
}

interface UploadOptions {
  client: TRPCClient<AppRouter>;
  file: File;
  signal: AbortSignal;
  /** How much has been sent, 0..1. */
  onProgress: (fraction: number) => void;
}

/** Uploads a file and resolves to its artifact's id. */
export async function uploadFile({ client, file, signal, onProgress }: UploadOptions): Promise<string> {
  const { artifact, upload } = await client.artifacts.createUpload.mutate(
    { name: file.name, size: file.size, contentType: file.type || "application/octet-stream" },
    { signal },
  );
  signal.throwIfAborted();
  await send(upload, file, signal, onProgress);
  return artifact.id;
}

interface Target {
  url: string;
  method: string;
  headers: Record<string, string>;
}

/** XMLHttpRequest, because fetch does not tell how much of a body has been sent. */
function send(
  target: Target,
  file: File,
  signal: AbortSignal,
  onProgress: UploadOptions["onProgress"],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(target.method, target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new Error(`The file could not be stored (${request.status}). Try again.`));
    };
    request.onerror = () =>
      reject(new Error("The upload was interrupted. Check your connection and try again."));
    request.onabort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
