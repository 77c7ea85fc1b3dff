import { pino } from "pino";
import { expect, it } from "vitest";
import { ListChannel } from "./list-channel.js";
import { ListView } from "./list-view.js";
import { PlainMessage } from "./message.js";
import type { Viewer, Watcher } from "./viewer.js";

interface Page {
  text: string;
}

class TextView extends ListView<Page, string> {
  protected override show({ text }: Page) {
    return new PlainMessage(null, text);
  }
}

it("shows what was read for all while it was reading for itself", async () => {
  const reads: ((page: Page) => void)[] = [];
  const read = () => new Promise<Page>((resolve) => reads.push(resolve));
  const clock = { now: () => 0, every: () => () => {}, after: () => () => {} };
  const channel = new ListChannel<Page>(read, { clock, log: pino({ level: "silent" }) });
  const viewer = { caller: {} as Watcher } as Viewer;
  const view = new TextView(viewer, channel, () => {});
  channel.views.add(view);
  const shown: string[] = [];
  const take = () => {
    for (let message = view.take(); message; message = view.take()) shown.push(message.data);
  };
  view.listener = { hear: take };
  take();
  channel.refresh();
  const [own, common] = reads;
  common?.({ text: "as it is now" });
  await new Promise(setImmediate);
  own?.({ text: "as it was" });
  await new Promise(setImmediate);
  expect(shown).toEqual(["as it was", "as it is now"]);
});
