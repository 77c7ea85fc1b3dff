import { defineContract, runErrorOf } from "@longhaul/kit";
import { defineMachine, stepFunctionName } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { runMachine } from "@longhaul/stepfunctions/testing";
import { expect, it } from "vitest";
import { z } from "zod";
import { type Payload, stepError } from "./scripted-run.js";

const contract = defineContract({
  name: "book-trip",
  title: "Book a trip",
  description: "All of it, or nothing.",
  input: z.object({ legs: z.array(z.string().max(9)).max(4) }),
  output: z.object({ done: z.boolean() }),
  stages: { book: { label: "Booking", weight: 1 } },
  runName: () => "Trip",
});
const stage = "book";
const timeoutSeconds = 20;
const charge = defineStep({
  name: "ChargeCard",
  stage,
  input: z.object({ legs: z.number() }),
  output: z.object({ chargeId: z.string() }),
  timeoutSeconds,
});
const book = defineStep({
  name: "BookLeg",
  stage,
  input: z.object({ leg: z.string() }),
  output: z.object({ seat: z.string().max(9) }),
  timeoutSeconds,
});
const refund = defineStep({
  name: "RefundCard",
  stage,
  input: z.object({ input: z.object({ legs: z.number() }), output: z.object({ chargeId: z.string() }) }),
  output: z.null(),
  timeoutSeconds,
  retry: { maxAttempts: 2, intervalSeconds: 1, backoffRate: 1, maxDelaySeconds: 2 },
});
const free = defineStep({
  name: "FreeSeat",
  stage,
  input: z.object({ input: z.unknown(), output: z.object({ seat: z.string() }) }),
  output: z.null(),
  timeoutSeconds,
});
const machine = defineMachine(contract, (flow) =>
  flow
    .step(charge, () => ({ legs: 2 }), { compensate: refund })
    .map("Legs", {
      items: ({ input }) => input.legs,
      item: (leg) =>
        leg
          .step(book, ({ item }) => ({ leg: item }), { compensate: free })
          .yield(({ bookLeg }) => bookLeg.seat),
    })
    .succeed("Booked", () => ({ done: true })),
);
const undo = machine.undo!;

const started = {
  run: "r-1",
  attempt: 2,
  correlationId: "c-1",
  startedAt: "2030-01-01T00:00:00Z",
  input: {},
};
const items = [
  { state: "BookLeg", itemPath: "1", visit: 0, compensation: "FreeSeat" },
  { state: "BookLeg", itemPath: "0", visit: 0, compensation: "FreeSeat" },
  { state: "ChargeCard", itemPath: "", visit: 0, compensation: "RefundCard" },
];

async function run(
  listed: readonly object[],
  refunds: (tries: number) => unknown = () => null,
  { definition: definitionOf } = undo,
) {
  const calls: Payload[] = [];
  let tries = 0;
  const called = (script: () => unknown) => async (payload: unknown) => {
    calls.push(payload as Payload);
    return { output: script(), completedAt: "2030-01-01T00:00:00.000Z" };
  };
  const asked: unknown[] = [];
  const name = (step: string) => stepFunctionName(machine.name, step);
  const definition = definitionOf((step) => `arn:aws:lambda:us-east-1:000000000000:function:${name(step)}`);
  const ended = await runMachine(definition, {
    input: started,
    functions: {
      [name("LonghaulCompensations")]: async (payload) => {
        asked.push(payload);
        return { items: listed };
      },
      [name("FreeSeat")]: called(() => null),
      [name("RefundCard")]: called(() => refunds((tries += 1))),
    },
  });
  return { ended, calls, asked };
}

it("is asked what to take back, and does so in that order, one at a time", async () => {
  const { ended, calls, asked } = await run(items);
  expect(ended.status, ended.cause).toBe("SUCCEEDED");
  const key = { run: "r-1", attempt: 2, correlationId: "c-1" };
  expect(asked).toEqual([key]);
  expect(calls).toEqual(items.map((item) => ({ ...key, ...item, input: {} })));
});

it("has nothing to do where nothing was done", async () => {
  const { ended, calls } = await run([]);
  expect([ended.status, calls]).toEqual(["SUCCEEDED", []]);
});

it("tries a compensation again as its step's policy says, and stops at one that fails for good", async () => {
  const again = await run(items, (tries) => {
    if (tries < 3) throw stepError("RetryableError", { code: "BANK_BUSY", message: "The bank is busy." });
    return null;
  });
  expect(again.ended.status).toBe("SUCCEEDED");
  expect(again.calls).toHaveLength(5);
  const error = { code: "BANK_SHUT", message: "The bank has shut.", step: "RefundCard" };
  const stopped = await run([...items].reverse(), () => {
    throw stepError("FatalError", error);
  });
  expect(stopped.ended.status).toBe("FAILED");
  expect(runErrorOf(stopped.ended)).toEqual(error);
  expect(stopped.calls).toHaveLength(1);
});

it("waits as long as a third party asked for, and takes the same back then", async () => {
  const slow = defineStep({ ...refund, name: "RefundLater", retryAfter: { maxSeconds: 600 } });
  const patient = defineMachine(contract, (flow) =>
    flow.step(charge, () => ({ legs: 2 }), { compensate: slow }).succeed("Booked", () => ({ done: true })),
  );
  const { template, definition } = patient.undo!;
  expect(template).toContain("RetryAfter");
  const name = (step: string) => stepFunctionName(patient.name, step);
  const listed = ["0", "1"].map((itemPath) => ({
    ...{ state: "ChargeCard", itemPath, visit: 0, compensation: "RefundLater" },
  }));
  const calls: string[] = [];
  const ended = await runMachine(
    definition((step) => `arn:aws:lambda:us-east-1:000000000000:function:${name(step)}`),
    {
      input: started,
      startAt: new Date("2030-01-01T00:00:00Z"),
      functions: {
        [name("LonghaulCompensations")]: async () => ({ items: listed }),
        [name("RefundLater")]: async (payload) => {
          calls.push((payload as Payload).itemPath);
          if (calls.length > 1) return { output: null, completedAt: "2030-01-01T00:00:00.000Z" };
          throw stepError("RetryAfter", {
            at: "2030-01-01T00:05:00.000Z",
            error: { code: "BANK_BUSY", message: "The bank is busy." },
          });
        },
      },
    },
  );
  expect(ended.status, ended.cause).toBe("SUCCEEDED");
  expect(calls).toEqual(["0", "0", "1"]);
  expect(ended.duration).toBe(300_000);
});

it("takes back for a run of an earlier version what its own machine has no step for any more", async () => {
  const seat = defineStep({ ...book, name: "Reserve", output: z.object({ seat: z.string().max(9) }) });
  const later = defineMachine(
    contract,
    (flow) => flow.step(seat, () => ({ leg: "1" })).succeed("Booked", () => ({ done: true })),
    { retired: [charge, book], retiredCompensations: [refund, free] },
  );
  const { ended, calls } = await run(items, () => null, later.undo!);
  expect(ended.status, ended.cause).toBe("SUCCEEDED");
  expect(calls.map(({ state }) => state)).toEqual(items.map(({ state }) => state));
  const gone = [{ ...items[0]!, compensation: "NeverThere" }];
  expect((await run(gone, () => null, later.undo!)).ended).toMatchObject({ error: "COMPENSATION_UNKNOWN" });
});

it("is the same at every build, and names the compensation of each state", () => {
  expect(undo.compensations).toEqual({ ChargeCard: "RefundCard", BookLeg: "FreeSeat" });
  expect(undo.definition((step) => step).Comment).toBe(
    `Longhaul workflow book-trip, undo, sha256:${undo.hash}`,
  );
  expect(machine.steps).toEqual([charge, book, refund, free]);
  expect(machine.stages).toMatchObject([{ key: "book", steps: 2 }]);
  expect(machine.template).not.toContain("RefundCard");
});
