import { VirtualClock } from "@longhaul/stepfunctions";

/** A clock that stands still and knows when its next alarm is due. */
export class CaseClock extends VirtualClock {
  readonly #moments = new Set<{ moment: number }>();

  override at(moment: number, callback: () => void | Promise<void>): () => void {
    const entry = { moment };
    this.#moments.add(entry);
    const cancel = super.at(moment, () => {
      this.#moments.delete(entry);
      return callback();
    });
    return () => {
      this.#moments.delete(entry);
      cancel();
    };
  }

  /** Moment of the next alarm, ms since 1970; undefined when none is set. */
  nextAlarm(): number | undefined {
    let earliest: number | undefined;
    for (const { moment } of this.#moments)
      if (earliest === undefined || moment < earliest) earliest = moment;
    return earliest;
  }
}
