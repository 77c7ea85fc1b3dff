import type { SubjectName } from "./subjects.js";

/** What the engine is held to on the machine it was built on (2 cores, fdatasync 0.26 ms). */
export const goals = {
  rate: { paths: 5000, functionArn: 5000, jsonataPaths: 5000, jsonataObject: 3000, http: 1500 } as Partial<
    Record<SubjectName, number>
  >,
  aloneP50: 3,
  sleepers: 100_000,
  sleepersMb: 400,
  sleepersBackSeconds: 5,
  /** What an event of the longest execution may cost in events of a middling one. */
  flat: 1.5,
  mapItems: 10_000,
  mapSeconds: 3,
  recoverySeconds: 4,
};
