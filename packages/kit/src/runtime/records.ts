import { FatalError } from "../step/errors.js";
import type { StepRecords } from "../step/step.js";
import type { LeaseKeeper } from "./lease-keeper.js";
import type { StepLease, StepStore } from "./step-store.js";

const recordName = /^[a-z][a-z_]{0,47}$/;

/** A step's calls of the product's own functions, for as long as it holds its lease. */
export function stepRecords(
  store: Pick<StepStore, "callRecord">,
  lease: StepLease,
  keeper: Pick<LeaseKeeper, "lose">,
): StepRecords {
  return {
    async call(name, args) {
      if (!recordName.test(name)) {
        throw new TypeError(`"${name}" cannot name a record function: small letters and underscores.`);
      }
      const told = await store.callRecord({ ...lease, name, args });
      switch (told.kind) {
        case "answered":
          return told.answer;
        case "refused":
          throw new FatalError(told.message, { code: told.code });
        case "lost":
          return keeper.lose();
      }
    },
  };
}
