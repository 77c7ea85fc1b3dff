// A function that behaves as its event says: what the Lambda contract suite runs.
let calls = 0;

const behaviours = {
  echo: (event, context) => ({
    event,
    calls,
    pid: process.pid,
    context: { ...context, remaining: context.getRemainingTimeInMillis() },
  }),
  environment: () => ({ ...process.env }),
  undefined: () => undefined,
  log: () => {
    console.log("a plain line");
    console.log(JSON.stringify({ level: "info", msg: "a structured line" }));
    return "logged";
  },
  throw: () => {
    throw new TypeError("the file is not a table");
  },
  throwString: () => Promise.reject("just text"),
  rejectLater: () => new Promise(() => void Promise.reject(new Error("nobody caught this"))),
  circular: () => {
    const loop = {};
    loop.loop = loop;
    return loop;
  },
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  spin: () => {
    for (;;);
  },
  exit: () => process.exit(3),
  outOfMemory: () => {
    const kept = [];
    for (;;) kept.push(new Array(100_000).fill(kept.length));
  },
  large: () => "x".repeat(6_291_556),
};

export const handler = (event, context) => {
  calls += 1;
  return behaviours[event.behaviour](event, context);
};
