import { randomBytes } from "node:crypto";
import type { Account } from "../lambda/names.js";
import type { Records } from "../store/record-store.js";
import type { Cipher, Plain } from "./cipher.js";
import { markedForDeletion, notFound } from "./errors.js";
import type { Secret, Version } from "./records.js";

const suffixLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const suffixLength = 6;

/** The secrets of the account; each change is in memory at once and on disk when its promise resolves. */
export class Secrets {
  readonly #records: Records<Secret>;
  readonly #account: Account;
  readonly #cipher: Cipher;
  readonly #now: () => number;

  constructor(records: Records<Secret>, account: Account, cipher: Cipher, now: () => number) {
    this.#records = records;
    this.#account = account;
    this.#cipher = cipher;
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  newArn(name: string): string {
    const { region, accountId } = this.#account;
    const letters = [...randomBytes(suffixLength)].map((byte) => suffixLetters[byte % suffixLetters.length]);
    return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${letters.join("")}`;
  }

  list(): Secret[] {
    return this.#records.values().filter((secret) => !this.#isGone(secret));
  }

  byName(name: string): Secret | undefined {
    const secret = this.#records.get(name);
    return secret !== undefined && this.#isGone(secret) ? undefined : secret;
  }

  /** By its name, its ARN, or its ARN without the six letters at the end. @throws AwsError ResourceNotFoundException */
  find(id: string): Secret {
    const found = id.startsWith("arn:")
      ? this.list().find(({ arn }) => arn === id || arn.slice(0, -suffixLength - 1) === id)
      : this.byName(id);
    if (found === undefined) throw notFound();
    return found;
  }

  /** One that is not marked for deletion. @throws AwsError ResourceNotFoundException, InvalidRequestException */
  live(id: string): Secret {
    const secret = this.find(id);
    if (secret.deletion !== null) throw markedForDeletion();
    return secret;
  }

  async put(secret: Secret): Promise<void> {
    await this.#records.put(secret.name, secret);
  }

  async remove({ name }: Secret): Promise<void> {
    await this.#records.remove(name);
  }

  seal(arn: string, id: string, plain: Plain): Version["value"] {
    return this.#cipher.seal(plain, `${arn} ${id}`);
  }

  open({ arn }: Secret, { id, value }: Version): Plain | null {
    return value === null ? null : this.#cipher.open(value, `${arn} ${id}`);
  }

  #isGone({ deletion }: Secret): boolean {
    return deletion !== null && deletion.dueAt <= this.#now();
  }
}

/** Whether a version holds just this value. */
export function sameValue(held: Plain | null, given: Plain): boolean {
  if (held?.kind === "string" && given.kind === "string") return held.text === given.text;
  if (held?.kind !== "binary" || given.kind !== "binary") return false;
  return Buffer.from(held.base64, "base64").equals(Buffer.from(given.base64, "base64"));
}
