import { quantileSorted } from 'simple-statistics';

/** @throws Error for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  return quantileSorted(
    values.toSorted((a, b) => a - b),
    share,
  );
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds of one run. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Milliseconds of each of `times` runs, one after the other. */
export async function repeat(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < times; round += 1) taken.push(await timed(work));
  return taken;
}
