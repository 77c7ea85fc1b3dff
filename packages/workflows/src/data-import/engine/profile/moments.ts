const block = 256;

/**
 * Mean, and sum of squared distances from it, in one pass. Values are summed in blocks, as distances from the
 * mean before the block, and a block is merged as Chan, Golub and LeVeque describe ("Updating Formulae and a
 * Pairwise Algorithm for Computing Sample Variances", 1979): no cancellation, and a division only per block.
 */
export class Moments {
  private merged = 0;
  private centre = 0;
  private spread = 0;
  private held = 0;
  private readonly values = new Float64Array(block);

  add(value: number): void {
    this.values[this.held++] = value;
    if (this.held === block) this.merge();
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
    const { held, merged, values } = this;
    if (held === 0) return;
    const shift = merged === 0 ? (values[0] as number) : this.centre;
    let sum = 0;
    let sumOfSquares = 0;
    for (let i = 0; i < held; i++) {
      const off = (values[i] as number) - shift;
      sum += off;
      sumOfSquares += off * off;
    }
    const mean = shift + sum / held;
    const spread = Math.max(0, sumOfSquares - (sum * sum) / held);
    const apart = mean - this.centre;
    const total = merged + held;
    this.spread += spread + (merged === 0 ? 0 : (apart * apart * merged * held) / total);
    this.centre = merged === 0 ? mean : this.centre + (apart * held) / total;
    this.merged = total;
    this.held = 0;
  }
}
