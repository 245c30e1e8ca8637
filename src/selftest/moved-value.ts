import type { Parameters } from '../runbook/conditions.js';

type Value = Parameters[string];

/** Other values in the place of one; of a list each with another element. @param moved what becomes of a number. */
export function othersThan(value: Value, moved: (number: number) => readonly number[]): readonly Value[] {
  if (typeof value === 'number') return moved(value);
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'string') return [`${value}-other`];
  const other = (one: string | number) => (typeof one === 'number' ? (moved(one)[0] ?? 0) : `${one}-other`);
  return value.map((_one, index) => value.map((one, at) => (at === index ? other(one) : one)) as string[]);
}

/** Twice and half as much: a case has to lie between, on each side of the bound. */
export const twiceAndHalf = (value: number): readonly number[] =>
  value === 0 ? farFrom(value) : [value * 2, value / 2];

/** Near and far, in both directions. */
export const everywhere = (value: number): readonly number[] => [
  ...new Set([...twiceAndHalf(value), ...farFrom(value)]),
];

/** So far that what any case has lies on one side. */
export function farFrom(value: number): readonly number[] {
  const distance = Math.abs(value) * 1000 + 1000;
  return [value + distance, value - distance];
}
