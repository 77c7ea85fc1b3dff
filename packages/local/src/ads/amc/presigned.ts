import { createHmac, timingSafeEqual } from "node:crypto";

/** Signs paths for a time, as S3's presigned URLs are; whoever has the URL may read, nobody else. */
export class Presigned {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The path with its signature; `seconds` from now on it is not good any more. */
  sign(path: string, seconds: number): string {
    const until = Math.ceil(Date.now() / 1_000) + seconds;
    return `${path}?Expires=${until}&Signature=${this.#signature(path, until)}`;
  }

  check(path: string, query: URLSearchParams): "good" | "expired" | "forged" {
    const until = Number(query.get("Expires"));
    const given = Buffer.from(query.get("Signature") ?? "");
    const wanted = Buffer.from(this.#signature(path, until));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return "forged";
    return until * 1_000 > Date.now() ? "good" : "expired";
  }

  #signature(path: string, until: number): string {
    return createHmac("sha256", this.#key).update(`${path}\n${until}`).digest("base64url");
  }
}
