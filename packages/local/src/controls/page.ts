import { escapeXml } from "../aws/reply.js";
import type { FunctionFault } from "../lambda/faults.js";
import { page } from "../pages/page.js";
import type { ControlState } from "./controls.js";

const feeds = [
  ["on", "delivers"],
  ["silent", "loses every message"],
  ["off", "is cut off"],
] as const;
const duplicates = [
  ["none", "once"],
  ["at-once", "twice at once"],
  ["after-delete", "again after it was deleted"],
] as const;
const trainings = [
  ["none", "runs as it should"],
  ["die", "dies in the middle"],
  ["freeze", "stands still"],
] as const;
const kinds = [
  ["error", "fails with an error"],
  ["throttle", "is refused: too many"],
  ["delay", "begins later"],
  ["kill", "has its process killed"],
] as const;

/** Time and faults as a page. `functions` are the names of all. */
export function controlsPage(state: ControlState, functions: readonly string[]): string {
  const header = `<h1>Local cloud</h1><a href="/_longhaul/outbox">Outbox</a>`;
  const main = [waits(state), faults(state.faults, functions), others(state)].join("\n");
  return page("Local cloud", header, main);
}

function waits({ waits: waiting, waitScale }: ControlState): string {
  const all = waiting.length > 0 ? post("/_longhaul/waits/skip", "", "Skip all") : "";
  const list = waiting.map(({ executionArn, stateName, kind, until }) => {
    const [machine = "", execution = ""] = executionArn.split(":").slice(-2);
    const what = kind === "wait" ? "waits until" : "is tried again at";
    return `<div class="row"><p class="about">${escapeXml(stateName)} ${what}
<time datetime="${until}">${moment(until)}</time><br>${escapeXml(machine)}, ${escapeXml(execution)}</p>
${post("/_longhaul/waits/skip", hidden("execution", executionArn), "Skip")}</div>`;
  });
  return `<section aria-labelledby="waits"><div class="row"><h2 id="waits">What waits</h2>${all}</div>
${list.length > 0 ? list.join("\n") : '<p class="about">No execution waits for a time.</p>'}
${post(
  "/_longhaul/waits/scale",
  field(
    "Waits and delays of retries that begin from now on take so many times as long",
    input("scale", String(waitScale), 'inputmode="decimal" required'),
  ),
  "Set",
)}</section>`;
}

function faults(set: readonly FunctionFault[], functions: readonly string[]): string {
  const list = set.map(
    (fault) => `<div class="row"><p class="about">${escapeXml(fault.about)}</p>
${post("/_longhaul/faults/remove", hidden("id", String(fault.id)), "Remove")}</div>`,
  );
  const names = functions.map((name) => [name, name] as const);
  const fields = [
    field("Function", select("function", names), "wide"),
    field("What happens: it", select("kind", kinds)),
    field("On which tries of a step, like 1, 2 (all)", input("tries")),
    field("Of which run (any)", input("run")),
    field("Error (RetryableError)", input("error")),
    field("Message", input("message")),
    field("Seconds, of a delay or before a kill", input("seconds", "0", 'inputmode="decimal"')),
  ].join("\n");
  return `<section aria-labelledby="faults"><h2 id="faults">Faults of functions</h2>
${list.length > 0 ? list.join("\n") : '<p class="about">None is set.</p>'}
${post("/_longhaul/faults", fields, "Add")}
${post("/_longhaul/processes/kill", "", "Kill all processes of functions now")}</section>`;
}

function others({ feed, queues, training }: ControlState): string {
  return `<section aria-labelledby="others"><h2 id="others">Everything else</h2>
${post("/_longhaul/feed", field("Realtime", select("feed", feeds, feed)), "Set")}
${post("/_longhaul/queues/faults", field("Queues deliver a message", select("duplicate", duplicates, queues)), "Set")}
${post("/_longhaul/training/faults", field("A training job that starts from now on", select("fault", trainings, training)), "Set")}
</section>`;
}

function moment(iso: string): string {
  return `${iso.replace("T", " ").slice(0, 19)} UTC`;
}

function post(action: string, fields: string, button: string): string {
  return `<form method="post" action="${action}">${fields}<button>${button}</button></form>`;
}

function field(label: string, control: string, look = ""): string {
  return `<label class="${look}">${label}${control}</label>`;
}

function input(name: string, value = "", more = ""): string {
  return `<input name="${name}" value="${escapeXml(value)}" autocomplete="off" ${more}>`;
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeXml(value)}">`;
}

function select(name: string, options: readonly (readonly [string, string])[], chosen = ""): string {
  const list = options.map(
    ([value, label]) =>
      `<option value="${escapeXml(value)}"${value === chosen ? " selected" : ""}>${escapeXml(label)}</option>`,
  );
  return `<select name="${name}">${list.join("")}</select>`;
}
