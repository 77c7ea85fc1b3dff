import { StateFailure } from "../failure.js";

/** Values that the evaluation of one path may look at. An honest path looks at each value of its document a few times. */
const MAX_STEPS = 1_000_000;

/** Bounds the work of one evaluation, since `$..*..*` and filters within filters multiply. */
export class Budget {
  private left = MAX_STEPS;

  constructor(private readonly path: string) {}

  /** @throws StateFailure when the evaluation has taken too many steps */
  spend(steps = 1): void {
    this.left -= steps;
    if (this.left < 0)
      throw new StateFailure(
        "States.Runtime",
        `Invalid path '${this.path}' : It takes too many steps to evaluate`,
      );
  }
}
