import { readBoolean } from './ploy-config.js';

/** How the second strategy reads its environment: once, at start-up. */

export const POLICY_PREFIX = 'PLOY_CRYPTO_RL_POLICY__';
/** What its host runs when it is laid out. */
export const FIRST_POLICY_VERSION = 'p1';

export interface PolicyConfig {
  readonly trade: boolean;
  /** Closes what it holds and opens nothing. */
  readonly closeOnly: boolean;
  readonly policyPath: string;
  readonly policyVersion: string;
}

export function readPolicyConfig(environment: Readonly<Record<string, string | undefined>>): PolicyConfig {
  const textOf = (name: string): string => environment[POLICY_PREFIX + name]?.trim() ?? '';
  return {
    trade: readBoolean(textOf('TRADE'), false),
    closeOnly: readBoolean(textOf('CLOSE_ONLY'), false),
    policyPath: textOf('POLICY_PATH'),
    policyVersion: textOf('POLICY_VERSION'),
  };
}
