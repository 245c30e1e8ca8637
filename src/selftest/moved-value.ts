import type { Parameters } from '../runbook/conditions.js';

type Value = Parameters[string];

/** A number is moved so far that what any case has lies on one side of it. */
export function othersThan(value: Value): readonly Value[] {
  if (typeof value === 'number') return farFrom(value);
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'string') return [`${value}-other`];
  return [
    value.map((one) => (typeof one === 'number' ? (farFrom(one)[0] ?? 0) : `${one}-other`)) as string[],
  ];
}

export const farFrom = (value: number): readonly number[] => {
  const distance = Math.abs(value) * 1000 + 1000;
  return [value + distance, value - distance];
};
