// A function whose process holds many invocations at a time: each behaves as its event says. What has begun is noted in a
// file, by which an invocation that is run again knows that it is.
import { appendFileSync, readFileSync } from "node:fs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new Promise(() => setInterval(() => {}, 1_000));

function begin(name, requestId) {
  const begun = (text) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  appendFileSync(process.env.BEGUN, `${JSON.stringify({ name, requestId, pid: process.pid })}\n`);
  return begun(readFileSync(process.env.BEGUN, "utf8")).filter((one) => one.requestId === requestId).length;
}

const behaviours = {
  echo: (event) => event.text,
  /** Waits for ever, unless it is run again. */
  companion: (event, tries) => (tries === 1 ? never() : event.text),
  hang: never,
  spin: () => {
    for (;;);
  },
  throwLater: () => {
    setTimeout(() => {
      throw new RangeError("thrown where nobody catches");
    });
    return never();
  },
  rejectLater: () => {
    void Promise.reject(new RangeError("rejected where nobody looks"));
    return never();
  },
  exit: () => process.exit(3),
  abort: () => process.abort(),
  exhaust: () => {
    const kept = [];
    for (;;) kept.push(new Array(100_000).fill(kept.length));
  },
  /** Answers, and ends the process when it has. */
  leave: () => void setTimeout(() => process.exit(4), 50),
  /** Answers, and throws when it has. */
  leaveError: () =>
    void setTimeout(() => {
      throw new RangeError("thrown when it has answered");
    }, 50),
  /** Says to who started its process what that does not expect; on AWS there is nobody. */
  send: () => {
    const found = typeof process.send;
    process._send?.({ type: "result" });
    return found;
  },
  log: async (event) => {
    for (let line = 0; line < 20; line += 1) {
      process.stdout.write(`${event.name} writes `);
      await pause(1);
      console.log(`line ${line}`);
      console.log(event.text);
      console.error(JSON.stringify({ of: event.name, line, awsRequestId: "somebody else's" }));
    }
    process.stdout.write(`${event.name} ends without an end of line`);
  },
};

export const handler = async (event, context) => {
  const tries = begin(event.name, context.awsRequestId);
  const text = (await behaviours[event.behaviour](event, tries)) ?? null;
  const { functionName, invokedFunctionArn } = context;
  const own = process.env.OWN ?? null;
  return { name: event.name, text, tries, pid: process.pid, functionName, invokedFunctionArn, own };
};
