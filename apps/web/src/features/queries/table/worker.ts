import { readCsv } from "./csv-stream.js";
import type { Answer, Ask } from "./messages.js";
import { Table } from "./table.js";

/** The page hears how far it is at most this often, in ms. */
const progressMs = 150;

let table: Table | null = null;

const answer = (message: Answer) => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<Ask>) => {
  if (data.type === "open") {
    open(data).catch((error: unknown) => {
      answer({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    });
    return;
  }
  if (!table) return;
  if (data.type === "view") {
    table.look(data.view);
    answer({ type: "view", id: data.id, rows: table.shown });
  } else if (data.type === "rows") {
    answer({ type: "rows", id: data.id, cells: table.rows(data.from, data.to) });
  } else {
    answer({ type: "points", id: data.id, ...table.points(data.x, data.y, data.most) });
  }
});

async function open({ url, columns }: Extract<Ask, { type: "open" }>): Promise<void> {
  const response = await fetch(url);
  if (!response.ok || !response.body) {
    throw new Error(`The file could not be fetched (${response.status}). Load the page again.`);
  }
  const filling = new Table(columns);
  table = filling;
  let header = true;
  let told = 0;
  let read = 0;
  await readCsv(response.body, (rows, bytes) => {
    for (const row of rows) {
      if (header) header = false;
      else filling.push(row);
    }
    read = bytes;
    if (performance.now() - told < progressMs) return;
    told = performance.now();
    answer({ type: "progress", rows: filling.length, bytes });
  });
  const memory = filling.columns.reduce((sum, column) => sum + column.bytes, 0);
  const numeric = filling.columns.map((column) => column.numeric);
  answer({ type: "open", rows: filling.length, bytes: read, memory, numeric });
}
