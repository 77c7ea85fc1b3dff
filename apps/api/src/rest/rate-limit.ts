import type { Clock } from "../clock.js";

interface Bucket {
  left: number;
  at: number;
}

export interface RateLimiter {
  /**
   * Takes `cost` requests from what `key` has left.
   *
   * @returns 0 when they were there, else the seconds after which they are; nothing is taken then.
   */
  take(key: string, cost?: number): number;
}

/** Above this many keys, those whose buckets are full again are forgotten. */
const mostKeys = 10_000;

/**
 * A bucket for each key that fills evenly, `perMinute` a minute, and holds what comes in `minutes`. It is this process's own:
 * with several of them a caller may have as many times the rate.
 */
export function createRateLimiter(
  clock: Pick<Clock, "now">,
  perMinute: number,
  minutes = 1 / 4,
): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const most = Math.max(1, Math.ceil(perMinute * minutes));
  const perMs = perMinute / 60_000;
  const leftOf = ({ left, at }: Bucket, now: number) => Math.min(most, left + (now - at) * perMs);

  function forgetIdle(now: number): void {
    for (const [key, bucket] of buckets) if (leftOf(bucket, now) >= most) buckets.delete(key);
  }

  return {
    take(key, cost = 1) {
      const now = clock.now();
      // One that costs more than a bucket holds is possible while the bucket is full.
      const price = Math.min(cost, most);
      const bucket = buckets.get(key) ?? { left: most, at: now };
      // A clock may be set back: else nobody would get in until it is where it was.
      bucket.at = Math.min(bucket.at, now);
      const left = leftOf(bucket, now);
      if (left < price) return Math.ceil((price - left) / perMs / 1000);
      if (buckets.size >= mostKeys && !buckets.has(key)) forgetIdle(now);
      buckets.set(key, { left: left - price, at: now });
      return 0;
    },
  };
}
