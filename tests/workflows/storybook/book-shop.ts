import { execFile } from "node:child_process";
import { findFfmpeg, samplePng } from "@longhaul/workflows/testing/storybook";
import { type Client, clientsOf } from "../../api/clients.js";
import type { Stack } from "../../support/stack.js";

export interface Shop {
  readonly http: Client;
  readonly token: string;
  readonly clients: ReturnType<typeof clientsOf>;
}

/** Signs in as the demo user of a stack. */
export async function openShop(stack: Stack): Promise<Shop> {
  const token = await stack.signInDemo();
  const clients = clientsOf(stack.url);
  return { token, clients, http: clients.http({ token }) };
}

/** Uploads bytes as a page does, and gives the id of the artifact. */
export async function upload(
  { http }: Shop,
  name: string,
  contentType: string,
  bytes: Uint8Array,
): Promise<string> {
  const { artifact, upload: to } = await http.artifacts.createUpload.mutate({
    name,
    size: bytes.length,
    contentType,
  });
  const sent = await fetch(to.url, { method: to.method, headers: to.headers, body: new Uint8Array(bytes) });
  if (!sent.ok) throw new Error(`The upload was refused: ${sent.status} ${await sent.text()}`);
  return artifact.id;
}

export const uploadDrawing = async (shop: Shop): Promise<string> =>
  upload(shop, "drawing.png", "image/png", await samplePng());

/** The bytes of an artifact, through the address that a page gets for it. */
export async function download({ http }: Shop, artifactId: string): Promise<Buffer> {
  const { url } = await http.artifacts.signedUrl.query({ artifactId });
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The download was refused: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** What ffmpeg says of a file: its streams, chapters and length. */
export async function probe(file: string): Promise<string> {
  const program = await findFfmpeg();
  return new Promise((resolve) => {
    // Without an output it ends with an error, and has said everything by then.
    execFile(program, ["-hide_banner", "-i", file], (_, __, said) => resolve(said));
  });
}
