import type { Services } from '../src/app/services.js';
import type { Subcommand } from '../src/conversation/subcommand.js';
import { audit } from './audit.js';
import { backtest } from './backtest.js';
import { deploy } from './deploy.js';
import { doctor } from './doctor.js';
import { drill } from './drill.js';
import { evidence } from './evidence.js';
import { gonogo } from './gonogo.js';
import { createHelp } from './help.js';
import { history } from './history.js';
import { lock, unlock } from './lock.js';
import { precheck } from './precheck.js';
import { rollback } from './rollback.js';
import { selftest } from './selftest.js';
import { status } from './status.js';
import { train } from './train.js';
import { verify } from './verify.js';
import { watch } from './watch.js';

export const help = createHelp(() => subcommands);

/** The registry: every subcommand, in the order in which help shows them. */
export const subcommands: readonly Subcommand<Services>[] = [
  help,
  precheck,
  train,
  deploy,
  verify,
  gonogo,
  status,
  rollback,
  drill,
  watch,
  lock,
  unlock,
  history,
  audit,
  evidence,
  backtest,
  doctor,
  selftest,
];
