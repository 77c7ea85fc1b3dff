import { AwsError } from "../aws-error.js";

/** Lets only so many pieces of work be under way. */
export class Slots {
  private taken = 0;

  constructor(private readonly most: number) {}

  /** @throws AwsError ThrottlingException when there is no room: it is not waited for */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.taken >= this.most) throw new AwsError("ThrottlingException", "Rate exceeded");
    this.taken += 1;
    try {
      return await work();
    } finally {
      this.taken -= 1;
    }
  }
}
