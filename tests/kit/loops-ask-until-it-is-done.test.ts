import { defineContract, runErrorOf } from "@longhaul/kit";
import { defineMachine, eq } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openRun, type Payload, runStart, stepError } from "./scripted-run.js";

const contract = defineContract({
  name: "await-ship",
  title: "Await a ship",
  description: "Until it is in.",
  input: z.object({ ships: z.array(z.string().max(20)).max(8), every: z.number() }),
  output: z.object({ seen: z.unknown() }),
  stages: { look: { label: "Looking", weight: 1 } },
  runName: () => "Ships",
});
const status = z.object({ state: z.enum(["far", "near"]), at: z.number() });
const look = defineStep({
  name: "LookOut",
  stage: "look",
  input: z.object({ ship: z.string() }),
  output: status,
  timeoutSeconds: 10,
  retryAfter: { maxSeconds: 3_600 },
});
const hail = defineStep({
  name: "HailShip",
  stage: "look",
  input: z.object({ ship: z.string() }),
  output: z.object({ hailed: z.string().max(30) }),
  timeoutSeconds: 10,
});
const seconds = (iso: string) => (Date.parse(iso) - Date.parse(runStart)) / 1_000;
const inputOf = (ships: string[], every = 30) => ({ ships, every });

const single = defineMachine(contract, (flow) =>
  flow
    .step(hail, () => ({ ship: "Argo" }))
    .poll(look, ({ hailShip }) => ({ ship: hailShip.hailed }), {
      until: ({ lookOut }) => eq(lookOut.state, "near"),
      interval: 60,
      deadline: 3_600,
    })
    .wait("Moor", { seconds: 100 })
    .succeed("Moored", ({ lookOut }) => ({ seen: lookOut })),
);

describe("a poll", () => {
  const scripts = (near: number) => ({
    HailShip: () => ({ hailed: "Argo" }),
    LookOut: ({ visit }: Payload) => ({ state: visit >= near ? "near" : "far", at: visit }),
  });

  it("of 50 visits keeps 50 checkpoints, and a retry of the run goes through them without waiting", async () => {
    await using run = await openRun(single, scripts(49));
    const first = await run.attempt(inputOf([]));
    expect(first.output).toEqual({ seen: { state: "near", at: 49 } });
    expect(run.keys()).toEqual([
      "HailShip  0",
      ...Array.from({ length: 50 }, (_, visit) => `LookOut  ${visit}`),
    ]);
    expect(run.calls.every(({ run: id, attempt }) => id === "r-1" && attempt === 1)).toBe(true);
    // 49 intervals of a minute, and the wait after.
    expect(first.duration).toBe((49 * 60 + 100) * 1_000);

    const again = await run.attempt(inputOf([]));
    expect(again.output).toEqual(first.output);
    expect(run.calls).toHaveLength(51);
    expect(again.duration).toBe(0);
  });

  it("looks for the last time at its deadline, and fails then", async () => {
    await using run = await openRun(single, scripts(1_000));
    const late = await run.attempt(inputOf([]));
    expect(runErrorOf(late)).toMatchObject({ code: "DEADLINE_PASSED" });
    expect(run.keys()).toHaveLength(62);
    const last = [...run.checkpoints.values()].at(-1);
    expect(seconds(last?.completedAt ?? "")).toBe(3_600);
  });

  it("looks once where its deadline is within a second, which no Wait can name", async () => {
    const machine = defineMachine(contract, (flow) =>
      flow
        .poll(look, () => ({ ship: "Argo" }), {
          until: ({ lookOut }) => eq(lookOut.state, "near"),
          interval: 10,
          deadline: 25.5,
        })
        .succeed("Seen", ({ lookOut }) => ({ seen: lookOut })),
    );
    await using run = await openRun(machine, scripts(9));
    const late = await run.attempt(inputOf([]));
    expect(runErrorOf(late)).toMatchObject({ code: "DEADLINE_PASSED" });
    expect(run.keys()).toHaveLength(4);
    expect(late.duration).toBe(26_000);
  });

  it("takes its interval from what it sees, and its deadline's way with the last answer", async () => {
    const machine = defineMachine(contract, (flow) =>
      flow
        .poll(look, () => ({ ship: "Argo" }), {
          name: "Watch",
          until: ({ lookOut }) => eq(lookOut.state, "near"),
          interval: ({ lookOut, input }) => (lookOut ? input.every : input.every),
          deadline: ({ input }) => input.every,
          onDeadline: (late) =>
            late.succeed("NotSeen", ({ lookOut }) => ({ seen: { late: true, at: lookOut.at } })),
        })
        .succeed("Seen", ({ lookOut }) => ({ seen: lookOut })),
    );
    await using run = await openRun(machine, scripts(9));
    const late = await run.attempt(inputOf([], 7));
    expect(late.output).toEqual({ seen: { late: true, at: 1 } });
    expect(late.duration).toBe(7_000);
  });
});

describe("a poll in a map in a map", () => {
  const machine = defineMachine(contract, (flow) =>
    flow
      .map("Days", {
        items: () => ["mon", "tue"],
        as: "day",
        maxConcurrency: 1,
        item: (day) =>
          day
            .map("Ships", {
              items: ({ input }) => input.ships,
              as: "ship",
              item: (each) =>
                each
                  .wait("Settle", { seconds: 5 })
                  .poll(look, ({ ship }) => ({ ship }), {
                    until: ({ lookOut }) => eq(lookOut.state, "near"),
                    interval: 10,
                    deadline: 100,
                  })
                  .yield(({ lookOut, ship, day: on }) => ({ ship, on, visits: lookOut.at })),
            })
            .yield(({ ships }) => ships),
      })
      .wait("Moor", { seconds: 1 })
      .succeed("Moored", ({ days }) => ({ seen: days })),
  );

  it("keeps item path and visit apart, and the wait behind it counts from the last checkpoint inside", async () => {
    const near: Record<string, number> = { Argo: 2, Pequod: 0 };
    await using run = await openRun(machine, {
      LookOut: ({ visit, input }) => ({
        state: visit >= (near[input.ship] ?? 0) ? "near" : "far",
        at: visit,
      }),
    });
    const done = await run.attempt(inputOf(["Argo", "Pequod"]));
    expect(done.status, done.cause).toBe("SUCCEEDED");
    expect(run.keys().sort()).toEqual([
      "LookOut 0/0 0",
      "LookOut 0/0 1",
      "LookOut 0/0 2",
      "LookOut 0/1 0",
      "LookOut 1/0 0",
      "LookOut 1/0 1",
      "LookOut 1/0 2",
      "LookOut 1/1 0",
    ]);
    const ship = (name: string, on: string, visits: number) => ({ ship: name, on, visits });
    expect(done.output).toEqual({
      seen: [
        [ship("Argo", "mon", 2), ship("Pequod", "mon", 0)],
        [ship("Argo", "tue", 2), ship("Pequod", "tue", 0)],
      ],
    });
    // Both days settle 5 s from the run's start, since no checkpoint is before them; the second begins late.
    expect(done.duration).toBe((25 + 20 + 1) * 1_000);
    const again = await run.attempt(inputOf(["Argo", "Pequod"]));
    expect(again.output).toEqual(done.output);
    expect(again.duration).toBe(0);
    expect(run.calls).toHaveLength(8);
  });
});

describe("a step that is told when to come back", () => {
  const machine = defineMachine(contract, (flow) =>
    flow
      .poll(look, () => ({ ship: "Argo" }), {
        until: ({ lookOut }) => eq(lookOut.state, "near"),
        interval: 10,
        deadline: 1_000,
        catch: (failed, error) => failed.succeed("Lost", () => ({ seen: error.code })),
      })
      .succeed("Seen", ({ lookOut }) => ({ seen: lookOut })),
  );
  const error = { code: "FOG", message: "Fog." };

  it("comes back then, for the same visit", async () => {
    await using run = await openRun(machine, {
      LookOut: ({ visit }, tries) => {
        const at = new Date(Date.parse(runStart) + 500_000).toISOString();
        if (visit === 1 && tries === 1) throw stepError("RetryAfter", { at, error });
        return { state: visit === 2 ? "near" : "far", at: visit };
      },
    });
    const seen = await run.attempt(inputOf([]));
    expect(seen.output).toEqual({ seen: { state: "near", at: 2 } });
    expect(run.keys()).toEqual(["LookOut  0", "LookOut  1", "LookOut  1", "LookOut  2"]);
    expect(seen.duration).toBe(510_000);
  });

  it("fails as any other when it does not ask for time", async () => {
    await using run = await openRun(machine, {
      LookOut: () => {
        throw stepError("FatalError", error);
      },
    });
    expect((await run.attempt(inputOf([]))).output).toEqual({ seen: "FOG" });
    expect(run.calls).toHaveLength(1);
  });
});
