import type { Runbook } from '../../runbook/runbook.js';

/** The variable that turns the strategy on. */
export const enableFlag = ({ envPrefix }: Pick<Runbook, 'envPrefix'>): string => `${envPrefix}ENABLED`;

/** As the trading system reads a boolean; any other text leaves its default, which is off. */
export function isOn(value: string | undefined): boolean {
  return ['1', 'true', 'yes', 'on'].includes((value ?? '').trim().toLowerCase());
}
