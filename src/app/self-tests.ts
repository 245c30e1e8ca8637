import { onThisSystem } from '../checks/on-this-system.js';
import type { Runbook } from '../runbook/runbook.js';
import { createScratchDatabase } from '../selftest/scratch-database.js';
import { createSelfTest, type SelfTest } from '../selftest/self-test.js';
import type { State } from '../store/open-state.js';
import type { Logger } from '../telemetry/logger.js';

export interface SelfTestServices {
  /** One for each runbook. */
  readonly selfTests: readonly SelfTest[];
}

interface SelfTestParts {
  readonly runbooks: readonly Runbook[];
  /** Its server takes the scratch databases. */
  readonly state: () => Promise<Pick<State, 'url'>>;
  readonly logger: Logger;
}

/** They ask a scratch database and look at scratch folders: no target, host or trading database takes part. */
export const createSelfTests = ({ runbooks, state, logger }: SelfTestParts): readonly SelfTest[] =>
  runbooks.map((runbook) =>
    createSelfTest({
      ...onThisSystem(logger),
      runbook,
      createDatabase: async (tables) => createScratchDatabase((await state()).url, tables, logger),
    }),
  );
