/** What one child process found; it prints this as its only line. */
export interface Measurement {
  readonly rows: number;
  /** Wall-clock milliseconds from opening the file to the end. */
  readonly milliseconds: number;
  /** CPU milliseconds, user and system, over the same time. */
  readonly cpu: number;
  /** Peak resident memory of the process, bytes. */
  readonly peak: number;
}

/** Times `work`, which gives the number of rows, and prints the measurement. */
export async function measure(work: () => Promise<number>): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const rows = await work();
  const milliseconds = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  const peak = process.resourceUsage().maxRSS * 1024;
  const measurement: Measurement = { rows, milliseconds, cpu: (user + system) / 1000, peak };
  console.log(JSON.stringify(measurement));
}
