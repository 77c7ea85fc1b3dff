import type { QueryColumn } from "@longhaul/workflows/contracts";
import { useEffect, useState } from "react";
import type { Cell } from "./column.js";
import type { Answer, Ask } from "./messages.js";
import type { ChartPoint, View } from "./table.js";

const pageRows = 256;
/** Of rows that were read; the oldest go. */
const mostPages = 40;

export type TableState =
  | { kind: "reading"; rows: number; bytes: number }
  | { kind: "open"; rows: number; shown: number; memory: number; numeric: readonly boolean[]; busy: boolean }
  | { kind: "failed"; message: string };

type Question =
  | { type: "rows"; from: number; to: number }
  | { type: "points"; x: number; y: number; most: number };

/** A table that lives in a worker: the page asks it for the rows that are seen, and tells it how to sort and filter. */
export class RemoteTable {
  state: TableState = { kind: "reading", rows: 0, bytes: 0 };
  readonly #url: string;
  readonly #columns: readonly QueryColumn[];
  #worker: Worker | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #pages = new Map<number, Cell[][] | "asked">();
  #number = 0;
  #view = 0;

  constructor(url: string, columns: readonly QueryColumn[]) {
    this.#url = url;
    this.#columns = columns;
  }

  /** Begins to read. @returns what closes it again, with all that it holds */
  open(): () => void {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#hear(data));
    worker.addEventListener("error", () => {
      this.#change({ kind: "failed", message: "The table could not be read." });
    });
    this.#tell({ type: "open", url: this.#url, columns: this.#columns });
    return () => {
      worker.terminate();
      this.#worker = null;
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes with every view, so that what is drawn from one is drawn anew for the next. */
  get seen(): number {
    return this.#view;
  }

  look(view: View): void {
    if (this.state.kind !== "open") return;
    this.#view = this.#next();
    this.#tell({ type: "view", id: this.#view, view });
    this.#change({ ...this.state, busy: true });
  }

  /** A row of the view; undefined until it has come. Asks for its page, and for nothing twice. */
  row(index: number): Cell[] | undefined {
    const page = Math.floor(index / pageRows);
    const known = this.#pages.get(page);
    if (known === undefined) this.#fetch(page);
    return Array.isArray(known) ? known[index - page * pageRows] : undefined;
  }

  points(x: number, y: number, most: number): Promise<{ points: ChartPoint[]; left: number }> {
    return this.#ask({ type: "points", x, y, most }).then((answer) =>
      answer.type === "points" ? answer : { points: [], left: 0 },
    );
  }

  #fetch(page: number): void {
    const view = this.#view;
    this.#pages.set(page, "asked");
    if (this.#pages.size > mostPages) this.#pages.delete(this.#pages.keys().next().value as number);
    void this.#ask({ type: "rows", from: page * pageRows, to: (page + 1) * pageRows }).then((answer) => {
      if (answer.type !== "rows" || view !== this.#view) return;
      this.#pages.set(page, answer.cells);
      this.#change({ ...this.state });
    });
  }

  #ask(question: Question): Promise<Answer> {
    const id = this.#next();
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#tell({ ...question, id });
    });
  }

  #hear(answer: Answer): void {
    if (answer.type === "progress") this.#change({ kind: "reading", rows: answer.rows, bytes: answer.bytes });
    else if (answer.type === "failed") this.#change({ kind: "failed", message: answer.message });
    else if (answer.type === "open") {
      const { rows, memory, numeric } = answer;
      this.#change({ kind: "open", rows, shown: rows, memory, numeric, busy: false });
    } else if (answer.type === "view") {
      if (answer.id !== this.#view || this.state.kind !== "open") return;
      this.#pages.clear();
      this.#change({ ...this.state, shown: answer.rows, busy: false });
    } else {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
  }

  #tell(message: Ask): void {
    this.#worker?.postMessage(message);
  }

  #next(): number {
    this.#number += 1;
    return this.#number;
  }

  #change(state: TableState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The table behind `url`, open for as long as the page is. */
export function useRemoteTable(url: string, columns: readonly QueryColumn[]): RemoteTable {
  const [table] = useState(() => new RemoteTable(url, columns));
  useEffect(() => table.open(), [table]);
  return table;
}
