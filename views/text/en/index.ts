import { audit } from './audit.js';
import { backtest } from './backtest.js';
import { decision } from './decision.js';
import { deploy } from './deploy.js';
import { drill } from './drill.js';
import { evidence } from './evidence.js';
import { hostFault } from './host-fault.js';
import { release } from './release.js';
import { report } from './report.js';
import { rollback } from './rollback.js';
import { selftest } from './selftest.js';
import { sentences } from './sentences.js';
import { status } from './status.js';
import { summaries } from './summaries.js';
import { train } from './train.js';
import { typed } from './typed.js';
import { venue } from './venue.js';
import { watch } from './watch.js';

/** All prose in English, by area. Every other language has the same texts: English is their schema. */
export const en = {
  audit,
  backtest,
  decision,
  deploy,
  drill,
  evidence,
  hostFault,
  release,
  report,
  rollback,
  selftest,
  sentences,
  status,
  summaries,
  train,
  typed,
  venue,
  watch,
};
export type Text = typeof en;
