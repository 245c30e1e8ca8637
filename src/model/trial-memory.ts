interface TrialMemory<T> {
  /** What is remembered under the key, or else what `work` finds; several who ask at once share one work. */
  recall(key: string, work: () => Promise<T>): Promise<T>;
}

interface TrialMemoryOptions<T> {
  readonly now: () => Date;
  readonly keepMs: number;
  /** How many; the ones that were found first go first. */
  readonly capacity: number;
  /** Whether the same would be found again: what only this moment explains is not remembered. */
  readonly isLasting: (found: T) => boolean;
}

/** Remembers what was found, for a time. What failed is not remembered. */
export function createTrialMemory<T>({
  now,
  keepMs,
  capacity,
  isLasting,
}: TrialMemoryOptions<T>): TrialMemory<T> {
  const known = new Map<string, { readonly found: Promise<T>; readonly at: number }>();
  return {
    recall(key, work) {
      const at = now().getTime();
      const remembered = known.get(key);
      if (remembered !== undefined && at - remembered.at < keepMs) return remembered.found;
      const found = work();
      known.delete(key);
      known.set(key, { found, at });
      const forget = () => {
        if (known.get(key)?.found === found) known.delete(key);
      };
      found.then((trial) => isLasting(trial) || forget(), forget);
      const [oldest] = known.keys();
      if (known.size > capacity && oldest !== undefined) known.delete(oldest);
      return found;
    },
  };
}
