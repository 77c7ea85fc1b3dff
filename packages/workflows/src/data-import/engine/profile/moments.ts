const block = 256;

/**
 * Mean, and sum of squared distances from it, in one pass. Values are summed in blocks, as distances from the
 * mean before the block, and a block is merged as Chan, Golub and LeVeque describe ("Updating Formulae and a
 * Pairwise Algorithm for Computing Sample Variances", 1979): no cancellation, and a division only per block.
 */
export class Moments {
  private merged = 0;
  private shift = Number.NaN;
  private centre = 0;
  private spread = 0;
  private held = 0;
  private sum = 0;
  private sumOfSquares = 0;

  add(value: number): void {
    if (this.held === 0) this.shift = this.merged === 0 ? value : this.centre;
    const off = value - this.shift;
    this.sum += off;
    this.sumOfSquares += off * off;
    if (++this.held === block) this.merge();
  }

  get mean(): number {
    this.merge();
    return this.centre;
  }

  get squares(): number {
    this.merge();
    return this.spread;
  }

  private merge(): void {
    const { held, merged } = this;
    if (held === 0) return;
    const mean = this.shift + this.sum / held;
    const spread = Math.max(0, this.sumOfSquares - (this.sum * this.sum) / held);
    const apart = mean - this.centre;
    const total = merged + held;
    this.spread += spread + (merged === 0 ? 0 : (apart * apart * merged * held) / total);
    this.centre = merged === 0 ? mean : this.centre + (apart * held) / total;
    this.merged = total;
    this.held = 0;
    this.sum = 0;
    this.sumOfSquares = 0;
  }
}
