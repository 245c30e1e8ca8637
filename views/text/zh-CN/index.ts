import type { Text } from '../en/index.js';
import { audit } from './audit.js';
import { decision } from './decision.js';
import { deploy } from './deploy.js';
import { incident } from './incident.js';
import { release } from './release.js';
import { report } from './report.js';
import { rollback } from './rollback.js';
import { selftest } from './selftest.js';
import { status } from './status.js';
import { train } from './train.js';

/** All prose in Chinese, by area. */
export const zhCN: Text = {
  audit,
  decision,
  deploy,
  incident,
  release,
  report,
  rollback,
  selftest,
  status,
  train,
};
