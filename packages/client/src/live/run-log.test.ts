import type { Run, RunEvent } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { addUpdate, emptyLog, lastSeq, newerRun, type RunLog } from "./run-log.js";

const run = (last: number) => ({ id: "r", lastSeq: last }) as Run;
const events = (...numbers: number[]) => numbers.map((seq) => ({ seq }) as RunEvent);
const numbersOf = (log: RunLog) => log.events.map(({ seq }) => seq);

describe("the log of a run", () => {
  it("drops what it has already, whichever way it comes again", () => {
    const log = addUpdate(emptyLog, { run: run(3), events: events(1, 2, 3) });
    const again = addUpdate(log, { run: run(4), events: events(2, 3, 4) });
    expect(numbersOf(again)).toEqual([1, 2, 3, 4]);
    expect(addUpdate(again, { run: run(4), events: events(1, 2) }).events).toBe(again.events);
  });

  it("takes nothing that would leave a gap, so that it resumes where it ends", () => {
    const log = addUpdate(emptyLog, { run: run(1), events: events(1) });
    const gap = addUpdate(log, { run: run(5), events: events(4, 5) });
    expect(numbersOf(gap)).toEqual([1]);
    expect(lastSeq(gap)).toBe(1);
    expect(gap.run?.lastSeq).toBe(5);
  });

  it("never goes back to an older reading of the run", () => {
    expect(newerRun(run(7), run(5))?.lastSeq).toBe(7);
    expect(newerRun(null, run(5))?.lastSeq).toBe(5);
    expect(newerRun(undefined, null)).toBeNull();
  });
});
