const [second, minute, hour] = [1, 60, 3600];

/** How long is waited after each try that failed. Source: Standard Webhooks 1.0.0, "Deliverability and reliability". */
const waits = [
  ...[5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
];

/**
 * In how many seconds a message is tried again after so many tries; null where it is given up. Up to a tenth longer than
 * planned, so that what failed together does not come back together.
 */
export function retrySeconds(attempts: number, random: () => number = Math.random): number | null {
  const wait = waits[attempts - 1];
  return wait === undefined ? null : wait * (1 + random() / 10);
}
