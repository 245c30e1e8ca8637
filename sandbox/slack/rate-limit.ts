/** A limit on calls; `key` tells the calls apart that count together. */
export interface RateLimit {
  /** @returns seconds to wait, or undefined when the call may pass. */
  admit(key: string): number | undefined;
}

/** So many calls in any window of 60 s (Slack's tiers). */
export function createWindowLimit(perMinute: number, now: () => number): RateLimit {
  const passed = new Map<string, number[]>();
  return {
    admit(key) {
      const recent = (passed.get(key) ?? []).filter((at) => at > now() - 60_000);
      const oldest = recent[0];
      passed.set(key, recent);
      if (recent.length >= perMinute && oldest !== undefined)
        return Math.ceil((oldest + 60_000 - now()) / 1000);
      recent.push(now());
      return undefined;
    },
  };
}

/**
 * One call a second, with room for a short burst: Slack documents "1 per second per channel, short bursts
 * allowed" without a number. Three in a row pass here, the fourth waits.
 */
export function createBurstLimit(burst: number, now: () => number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    admit(key) {
      const bucket = buckets.get(key) ?? { tokens: burst, at: now() };
      const tokens = Math.min(burst, bucket.tokens + (now() - bucket.at) / 1000);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now() });
      return tokens >= 1 ? undefined : Math.max(1, Math.ceil(1 - tokens));
    },
  };
}
