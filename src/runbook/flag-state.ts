import { isSpelling } from '../domain/boolean-words.js';
import type { Runbook } from './runbook.js';

/** As the strategy reads its flag: a text that says neither on nor off leaves its default in force. */
export function isOn(
  { flag, variables }: Pick<Runbook, 'flag' | 'variables'>,
  value: string | undefined,
): boolean {
  const isNeither = value === undefined || !(isSpelling(value, flag.on) || isSpelling(value, flag.off));
  const inForce = isNeither ? variables.get(flag.variable)?.default : value;
  return inForce !== undefined && isSpelling(inForce, flag.on);
}
