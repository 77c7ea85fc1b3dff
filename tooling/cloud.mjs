// pnpm cloud <command>: makes the local cloud wait less, fail to order, and mend again. The same is on a page and over HTTP.
import { parseArgs } from "node:util";
import { readSettings } from "./settings.mjs";

const usage = `pnpm cloud <command>

  status                       what waits, and what is set to fail
  skip [run id]                what waits for a time goes on at once: of one run, or everything
  scale <factor>               Waits and delays of retries from now on take so many times as long: 0.01, and 1 as before
  fail <workflow/Step>         the step fails:  --error <name>  --message <text>
  throttle <workflow/Step>     Lambda refuses it, as where too many run
  delay <workflow/Step> <s>    it begins so many seconds later
  kill <workflow/Step> [s]     its process is killed, so many seconds after it began
      --try <n>                which tries of fail, throttle, delay and kill are meant, again for more; all unless said
      --run <id>               which run; any unless said
  kill-now [workflow/Step]     kills the processes that hold it now, or all
  feed on|silent|off           Realtime delivers, loses every message, or is cut off
  mend                         takes back all of this

A function may stand in place of <workflow/Step>, by its name. A restart forgets what was set.`;

class CloudError extends Error {}

function endpoint() {
  readSettings();
  return `http://127.0.0.1:${process.env.LONGHAUL_AWS_PORT ?? "4566"}`;
}

async function call(path, body) {
  const url = `${endpoint()}/_longhaul/${path}`;
  const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, request).catch(() => {
    throw new CloudError(
      `No local cloud answers at ${endpoint()}: start it with npm start, or set LONGHAUL_AWS_PORT.`,
    );
  });
  const answer = await response.json().catch(() => ({ message: `${url} answered ${response.status}.` }));
  if (!response.ok) throw new CloudError(answer.message);
  return answer;
}

function numbered(text, what) {
  const number = Number(text);
  if (text === undefined || text.trim() === "" || Number.isNaN(number)) {
    throw new CloudError(`${what} is a number: see pnpm cloud --help.`);
  }
  return number;
}

function fault(kind, takesSeconds) {
  return async ([name, seconds], { try: tries, run, error, message }) => {
    if (name === undefined) throw new CloudError("Which step? See pnpm cloud --help.");
    const wanted = takesSeconds && (kind === "delay" || seconds !== undefined);
    const { about } = await call("faults", {
      ...{ function: name, kind, run, error, message },
      tries: tries?.map((number) => numbered(number, "--try")),
      ...(wanted && { seconds: numbered(seconds, "The time in seconds") }),
    });
    return about;
  };
}

function counted(number, one, many) {
  return `${number} ${number === 1 ? one : many}.`;
}

async function status() {
  const { waits, waitScale, faults, feed, queues, training } = await call("controls");
  const waiting = waits.map(({ executionArn, stateName, kind, until }) => {
    const what = kind === "wait" ? "waits until" : "is tried again at";
    return `${stateName} ${what} ${until}   ${executionArn.split(":").slice(-2).join(", ")}`;
  });
  return [
    ...(waiting.length > 0 ? waiting : ["Nothing waits for a time."]),
    `Waits take ${waitScale === 1 ? "their time" : `${waitScale} times their time`}.`,
    ...(faults.length > 0 ? faults.map(({ about }) => about) : ["No function is made to fail."]),
    `Realtime: ${feed}. Queues deliver doubles: ${queues}. Training jobs fail: ${training}.`,
  ].join("\n");
}

const commands = {
  status,
  skip: async ([run]) =>
    counted((await call("waits/skip", { run })).skipped, "execution goes on", "executions go on"),
  async scale([factor]) {
    await call("waits/scale", { scale: numbered(factor, "The factor") });
    return status();
  },
  fail: fault("error", false),
  throttle: fault("throttle", false),
  delay: fault("delay", true),
  kill: fault("kill", true),
  "kill-now": async ([name]) =>
    counted(
      (await call("processes/kill", { function: name })).killed,
      "process was killed",
      "processes were killed",
    ),
  async feed([feed]) {
    await call("feed", { feed });
    return status();
  },
  async mend() {
    await call("faults/remove", {});
    await call("waits/scale", { scale: 1 });
    await call("feed", { feed: "on" });
    await call("queues/faults", { duplicate: "none" });
    await call("training/faults", { fault: "none" });
    return status();
  },
};

async function main() {
  const options = {
    try: { type: "string", multiple: true },
    run: { type: "string" },
    error: { type: "string" },
    message: { type: "string" },
    help: { type: "boolean", short: "h" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) return console.log(usage);
  if (!Object.hasOwn(commands, command))
    throw new CloudError(`There is no command "${command}": see pnpm cloud --help.`);
  console.log(await commands[command](rest, values));
}

await main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
