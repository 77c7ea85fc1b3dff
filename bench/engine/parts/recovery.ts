import { setTimeout as sleep } from "node:timers/promises";
import { goals } from "../goals.js";
import { against, figure, heading, table } from "../report.js";
import { start } from "../run-child.js";
import { Missing } from "../servers/server.js";
import type { Stage } from "../stage.js";
import { slowStepMs } from "../subject.js";
import { describe, type SubjectName } from "../subjects.js";

const patienceMs = 75_000;
const late: SubjectName[] = ["openworkflow", "bullmq"];

/** Kills each subject's process a second into a step of three, starts it again, and takes the time until its end. */
export async function recovery(stage: Stage, wanted: readonly SubjectName[], quick: boolean): Promise<void> {
  heading(`kill -9 inside a step of ${slowStepMs / 1000} s: from the restart to the end of the execution`);
  // The last two wait for a lease to run out, which takes half a minute and a minute.
  const names: SubjectName[] = ["paths", "restate", "dbos", ...(quick ? [] : late)];
  const rows: string[][] = [];
  for (const name of names.filter((one) => wanted.includes(one))) {
    const { title } = describe(name);
    try {
      const seconds = await survive(stage, name);
      if (name === "paths") rows.push(against(title, seconds, "s", goals.recoverySeconds, "most"));
      else rows.push([title, `${figure(seconds)} s`]);
    } catch (error) {
      const reason = error instanceof Missing ? error.message : (error as Error).message;
      rows.push([title, reason]);
    }
  }
  await stage.stop("recovery");
  table(rows);
}

async function survive(stage: Stage, subject: SubjectName): Promise<number> {
  const place = { directory: stage.folder(subject), url: await stage.url(subject, "recovery") };
  const first = start("survive", { subject, place, resumed: false }, 60_000);
  await Promise.race([first.began, first.result]);
  await sleep(slowStepMs / 3);
  await first.kill();
  const began = performance.now();
  const second = start("survive", { subject, place, resumed: true }, patienceMs);
  await second.result.catch((error: Error) => {
    if (performance.now() - began < patienceMs) throw error;
    throw new Error(`not within ${patienceMs / 1000} s`);
  });
  return (performance.now() - began) / 1000;
}
