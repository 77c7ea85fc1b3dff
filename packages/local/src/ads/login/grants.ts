import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { RecordStore, Records } from "../../store/record-store.js";
import type { Faults } from "../faults.js";

/** A person's consent to a client. */
interface Grant {
  readonly id: string;
  /** SHA-256 of the refresh token that counts. */
  readonly refresh: string;
  readonly access: readonly { readonly hash: string; readonly expiresAt: number }[];
}

export interface GivenTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: "bearer";
  readonly expires_in: number;
}

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
const newToken = (kind: "Atza" | "Atzr") => `${kind}|${randomBytes(48).toString("base64url")}`;

/** Consents and their tokens; kept over restarts, by their hashes. */
export class Grants {
  readonly #grants: Records<Grant>;
  readonly #faults: Faults;

  constructor(store: RecordStore, faults: Faults) {
    this.#grants = store.table<Grant>("grants");
    this.#faults = faults;
  }

  async create(): Promise<GivenTokens> {
    const refresh = newToken("Atzr");
    return this.#give({ id: randomUUID(), refresh: hashOf(refresh), access: [] }, refresh);
  }

  /** Null when the refresh token does not count any more. */
  async refresh(token: string): Promise<GivenTokens | null> {
    const grant = this.#grants.values().find(({ refresh }) => refresh === hashOf(token));
    if (!grant) return null;
    if (!this.#faults.rotateRefreshTokens) return this.#give(grant, token);
    const rotated = newToken("Atzr");
    return this.#give({ ...grant, refresh: hashOf(rotated) }, rotated);
  }

  accepts(accessToken: string): boolean {
    const hash = hashOf(accessToken);
    const now = Date.now();
    return this.#grants
      .values()
      .some(({ access }) => access.some((one) => one.hash === hash && one.expiresAt > now));
  }

  /** Withdraws the consent of a refresh token, or all of them. */
  async revoke(token: string | null): Promise<void> {
    const lost = this.#grants.values().filter(({ refresh }) => token === null || refresh === hashOf(token));
    await Promise.all(lost.map(({ id }) => this.#grants.remove(id)));
  }

  async expireAccessTokens(): Promise<void> {
    await Promise.all(
      this.#grants.values().map((grant) => this.#grants.put(grant.id, { ...grant, access: [] })),
    );
  }

  async #give(grant: Grant, refreshToken: string): Promise<GivenTokens> {
    const { expiresInSeconds } = this.#faults;
    const accessToken = newToken("Atza");
    const now = Date.now();
    const access = grant.access.filter(({ expiresAt }) => expiresAt > now);
    const given = { hash: hashOf(accessToken), expiresAt: now + 1_000 * expiresInSeconds };
    await this.#grants.put(grant.id, { ...grant, access: [...access, given] });
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: "bearer",
      expires_in: expiresInSeconds,
    };
  }
}
