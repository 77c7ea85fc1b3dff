import { defineContract, runErrorOf } from "@longhaul/kit";
import { defineMachine, eq } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ApprovalPayload, openRun, runStart, stepError } from "./scripted-run.js";

const contract = defineContract({
  name: "order-lunch",
  title: "Order lunch",
  description: "When somebody agrees.",
  input: z.object({ dish: z.string().max(40), tables: z.array(z.string().max(9)).max(3) }),
  output: z.object({ answer: z.unknown() }),
  stages: { ask: { label: "Asking", weight: 1 }, cook: { label: "Cooking", weight: 1 } },
  runName: ({ dish }) => dish,
});
const cook = defineStep({
  name: "CookDish",
  stage: "cook",
  input: z.object({ dish: z.string() }),
  output: z.object({ plate: z.string().max(60) }),
  timeoutSeconds: 30,
});
const form = z.object({ approved: z.boolean(), note: z.string().max(200).optional() });
const input = { dish: "Soup", tables: ["a", "b"] };
const decidedAt = (seconds: number) => new Date(Date.parse(runStart) + seconds * 1_000).toISOString();
const person = { id: "u-1", name: "Ada" };
const answer = (approved: boolean, seconds: number, by: typeof person | null = person) => ({
  decision: { approved },
  decidedBy: by,
  decidedAt: decidedAt(seconds),
  byDefault: by === null,
});

const machine = defineMachine(contract, (flow) =>
  flow
    .step(cook, ({ input: given }) => ({ dish: given.dish }))
    .approval("TasteDish", {
      title: ({ input: given }) => given.dish,
      form,
      select: ({ cookDish }) => ({ plate: cookDish.plate }),
      stage: "ask",
      deadlineSeconds: 3_600,
      onDeadline: { decide: { approved: false } },
    })
    .wait("Digest", { seconds: 60 })
    .succeed("Eaten", ({ tasteDish }) => ({ answer: tasteDish })),
);

const steps = { CookDish: () => ({ plate: "P" }) };

/** As the house keeps it: the first decision counts, at the deadline the default takes its place. */
function office() {
  const decided = new Map<string, unknown>();
  const expired: ApprovalPayload[] = [];
  const keyOf = ({ state, itemPath, visit }: ApprovalPayload) => JSON.stringify([state, itemPath, visit]);
  return {
    decided,
    expired,
    approvals: async (
      payload: ApprovalPayload,
      send: (token: string, answer: unknown) => Promise<unknown>,
    ) => {
      const known = decided.get(keyOf(payload));
      if (payload.expire) {
        expired.push(payload);
        const byDefault = { ...answer(false, 3_600, null), decision: payload.default };
        decided.set(keyOf(payload), known ?? byDefault);
        return known ?? byDefault;
      }
      if (known && payload.token) await send(payload.token, known);
      return null;
    },
    decide: (state: string, itemPath: string, value: unknown) => {
      const key = JSON.stringify([state, itemPath, 0]);
      if (!decided.has(key)) decided.set(key, value);
      return decided.get(key);
    },
  };
}

describe("an approval", () => {
  it("asks with its key, token, form and deadline, and goes on with the person's decision", async () => {
    const asked: ApprovalPayload[] = [];
    await using run = await openRun(machine, steps, {
      approvals: (payload) => void asked.push(payload),
      callbacks: { TasteDish: { afterSeconds: 600, answer: () => answer(true, 600) } },
    });
    const done = await run.attempt(input);
    expect(done.status, done.cause).toBe("SUCCEEDED");
    expect(done.output).toEqual({ answer: answer(true, 600) });
    expect(done.duration).toBe(660_000);
    expect(asked).toEqual([
      {
        run: "r-1",
        attempt: 1,
        correlationId: "c-1",
        state: "TasteDish",
        itemPath: "",
        visit: 0,
        stage: "ask",
        token: expect.stringMatching(/.{20,}/),
        approval: {
          title: "Soup",
          role: "operator",
          deadline: decidedAt(3_600),
          form: expect.any(String),
          details: { plate: "P" },
          default: { approved: false },
        },
      },
    ]);
    const schema = JSON.parse(asked[0]?.approval?.["form"] as string);
    expect(schema).toMatchObject({
      type: "object",
      required: ["approved"],
      properties: { note: { maxLength: 200 } },
    });
    expect(machine.approvals).toEqual([{ name: "TasteDish", stage: "ask", role: "operator", form }]);
  });

  it("is decided by its default at the deadline", async () => {
    const house = office();
    await using run = await openRun(machine, steps, house);
    const done = await run.attempt(input);
    expect(done.output).toEqual({ answer: answer(false, 3_600, null) });
    expect(done.duration).toBe(3_660_000);
    expect(house.expired).toEqual([
      {
        run: "r-1",
        attempt: 1,
        correlationId: "c-1",
        state: "TasteDish",
        itemPath: "",
        visit: 0,
        expire: true,
        default: { approved: false },
      },
    ]);
  });

  it("counts the person where person and deadline come at the same moment", async () => {
    const house = office();
    await using run = await openRun(machine, steps, {
      ...house,
      callbacks: {
        TasteDish: {
          afterSeconds: 3_600,
          answer: () => house.decide("TasteDish", "", answer(true, 3_600)),
        },
      },
    });
    const done = await run.attempt(input);
    expect(done.output).toEqual({ answer: answer(true, 3_600) });
  });

  it("counts a decision that the machine had not heard of", async () => {
    const house = office();
    house.decided.set(JSON.stringify(["TasteDish", "", 0]), answer(true, 3_599));
    await using run = await openRun(machine, steps, {
      approvals: (payload, send) => (payload.expire ? house.approvals(payload, send) : null),
    });
    expect((await run.attempt(input)).output).toEqual({ answer: answer(true, 3_599) });
    expect(house.expired).toHaveLength(1);
  });

  it("answers a retry of the run at once, and so does the wait behind it", async () => {
    const house = office();
    await using run = await openRun(machine, steps, house);
    const first = await run.attempt(input);
    const again = await run.attempt(input);
    expect(again.output).toEqual(first.output);
    expect(again.duration).toBe(0);
  });

  it("asks anew with a new deadline when the run is tried again because nobody had decided", async () => {
    const wanting = defineMachine(contract, (flow) =>
      flow
        .step(cook, ({ input: given }) => ({ dish: given.dish }))
        .approval("TasteDish", {
          title: "Is it good?",
          form,
          select: ({ cookDish }) => ({ plate: cookDish.plate }),
          stage: "ask",
          deadlineSeconds: 3_600,
          onDeadline: (late) => late.fail("NobodyCame", { code: "NOBODY_CAME", message: "It got cold." }),
        })
        .succeed("Eaten", ({ tasteDish }) => ({ answer: tasteDish })),
    );
    const deadlines: unknown[] = [];
    await using run = await openRun(wanting, steps, {
      approvals: async (payload, send) => {
        if (payload.expire) return { ...answer(false, 3_600, null), decision: null };
        deadlines.push(payload.approval?.["deadline"]);
        if (payload.attempt === 2 && payload.token) await send(payload.token, answer(true, 3_700));
        return null;
      },
    });
    expect(runErrorOf(await run.attempt(input))).toMatchObject({ code: "NOBODY_CAME" });
    expect((await run.attempt(input)).output).toEqual({ answer: answer(true, 3_700) });
    expect(deadlines).toEqual([decidedAt(3_600), decidedAt(7_200)]);
  });

  it("fails the run when nobody could be asked", async () => {
    await using run = await openRun(machine, steps, {
      approvals: () => {
        throw stepError("FatalError", { code: "NO_MEMBERS", message: "Nobody may decide this." });
      },
    });
    expect(runErrorOf(await run.attempt(input))).toMatchObject({ code: "NO_MEMBERS" });
  });
});

describe("an approval for each item", () => {
  const each = defineMachine(
    contract,
    (flow) =>
      flow
        .step(cook, ({ input: given }) => ({ dish: given.dish }))
        .map("Tables", {
          items: ({ input: given }) => given.tables,
          as: "table",
          item: (table) =>
            table
              .approval("AskTable", {
                title: "Is it good?",
                form,
                select: ({ table: name, cookDish }) => ({ name, plate: cookDish.plate }),
                role: "viewer",
                stage: "ask",
                deadlineSeconds: ({ input: given }) => (given ? 60 : 60),
                onDeadline: (late) => late.yield(() => ({ asked: true, said: null })),
              })
              .choice("Liked", (liked) =>
                liked
                  .when(
                    ({ askTable }) => eq(askTable.decision.approved, true),
                    (yes) => yes.yield(({ askTable }) => ({ asked: true, said: askTable.decidedBy })),
                  )
                  .otherwise((no) => no.fail("Disliked", { code: "DISLIKED", message: "Not good." })),
              ),
        })
        .succeed("Served", ({ tables }) => ({ answer: tables })),
    { onFailure: (failed, error) => failed.fail("NotServed", error) },
  );

  it("has its item's path, and goes its own way when nobody decides", async () => {
    const house = office();
    house.decided.set(JSON.stringify(["AskTable", "1", 0]), answer(true, 0));
    await using run = await openRun(each, steps, house);
    const done = await run.attempt(input);
    expect(done.status, done.cause).toBe("SUCCEEDED");
    expect(done.output).toEqual({
      answer: [
        { asked: true, said: null },
        { asked: true, said: person },
      ],
    });
    expect(house.expired.map(({ itemPath, default: byDefault }) => [itemPath, byDefault])).toEqual([
      ["0", null],
    ]);
  });

  it("goes to onFailure with the error of the item that fails", async () => {
    const house = office();
    for (const path of ["0", "1"]) house.decided.set(JSON.stringify(["AskTable", path, 0]), answer(false, 0));
    await using run = await openRun(each, steps, house);
    const failed = await run.attempt(input);
    expect(failed.states.at(-1)).toBe("NotServed");
    expect(runErrorOf(failed)).toEqual({ code: "DISLIKED", message: "Not good.", fatal: true });
    expect(runErrorOf(await run.attempt(input))).toEqual(runErrorOf(failed));
  });
});
