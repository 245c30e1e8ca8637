import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStrategyFacts } from '../../src/halt/strategy-facts.js';
import { findPackageRoot } from '../../src/machine/package-root.js';

const FILE = 'runbooks/crypto_lob_ml/runbook.yaml';

/** What a halt reads of the shipped runbook. */
export const SHIPPED_FACTS = parseStrategyFacts(
  FILE,
  readFileSync(join(findPackageRoot(import.meta.url), FILE), 'utf8'),
);

/** The contract of a strategy with no model and no orders. */
export const BARE_CONTRACT = {
  flag: { variable: 'ENABLED', on: 'true', off: 'false' },
  model: undefined,
  orders: undefined,
  startLog: undefined,
  halt: { lookBackHours: 24, settled: undefined },
} as const;
