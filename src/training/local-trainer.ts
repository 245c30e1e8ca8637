import { readLogPage, readLogTail } from './trainer-log.js';
import { cancelTrainer, endOrphan, giveUpTrainer, lookAtTrainer, startTrainer } from './trainer-process.js';
import type { TrainerRunner } from './trainer-runner.js';

/** A training on the bot's own machine: what its trainer writes is at hand. */
export const createLocalTrainer = (folder: string): TrainerRunner => ({
  folder,
  lookEveryMs: 1_500,
  async start(job) {
    await startTrainer(folder, job);
    return undefined;
  },
  look: () => lookAtTrainer(folder),
  giveUp: () => giveUpTrainer(folder),
  cancel: () => cancelTrainer(folder),
  endOrphan: () => endOrphan(folder),
  logTail: (secrets) => readLogTail(folder, secrets),
  logPage: (secrets, page) => readLogPage(folder, secrets, page),
  fetchOutputs: async () => undefined,
});
