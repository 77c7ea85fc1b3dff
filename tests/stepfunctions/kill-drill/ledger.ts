import type { Kind } from "./kind.js";

/** An execution of the drill, as the drill alone knows it. */
export interface Entry {
  n: number;
  name: string;
  kind: Kind;
  input: string;
  /** Set once its start has been acknowledged. */
  arn: string | null;
  /** Whether a start of it was cut, so that the engine may or may not have heard it. */
  startCut: boolean;
  /** Whether StopExecution has been acknowledged. */
  stopped: boolean;
  /** Statuses that the event sink told, in order. */
  told: string[];
}

/** One attempt to answer a task token. */
export interface Try {
  value: string;
  outcome: "acknowledged" | "refused" | "unknown";
}

export interface Token {
  token: string;
  entry: Entry;
  tries: Try[];
}

/** Everything that was acknowledged, and what became of what was not. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly tokens = new Map<string, Token>();
  /** Sentences about what must not have happened. */
  readonly violations: string[] = [];
  private readonly byArn = new Map<string, Entry>();

  add(n: number, kind: Kind): Entry {
    const input = JSON.stringify(kind.input(n));
    const entry = { n, name: `run-${n}`, kind, input, arn: null, startCut: false, stopped: false, told: [] };
    this.entries.push(entry);
    return entry;
  }

  acknowledge(entry: Entry, arn: string): void {
    if (entry.arn !== null && entry.arn !== arn)
      this.violations.push(`${entry.name} was acknowledged as ${entry.arn} and then as ${arn}`);
    entry.arn = arn;
    this.byArn.set(arn, entry);
  }

  /** What the event sink told; executions that are not the drill's own (children of others) are nobody's. */
  tell(arn: string, status: string): void {
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    const entry =
      this.byArn.get(arn) ??
      this.entries.find((one) => one.name === name && arn.includes(`:${one.kind.name}:`));
    entry?.told.push(status);
  }

  /** The token of an execution that a worker was handed; the same one may come again. */
  hand(token: string, entry: Entry): Token {
    const known = this.tokens.get(token);
    if (known !== undefined) return known;
    const added: Token = { token, entry, tries: [] };
    this.tokens.set(token, added);
    return added;
  }

  tokensOf(entry: Entry): Token[] {
    return [...this.tokens.values()].filter((one) => one.entry === entry);
  }
}
