import { RUN_KINDS } from '../domain/outcome.js';
import type { StandIn } from './what-stands.js';

/** While the rest of a faulty runbook is compiled; nothing ever runs with these. */
export const runbookStandIn: StandIn = (path) => {
  const key = path.at(-1);
  switch (key) {
    case 'title':
    case 'xLabel':
    case 'yLabel':
      return { en: '-', 'zh-CN': '-' };
    case 'kind':
      return path[0] === 'criteria' ? 'go' : [...RUN_KINDS];
    case 'id':
      if (path[0] !== 'sections') return 'faulty';
      return path.includes('checks') ? 'faulty.check' : '0';
    case 'sql':
      // Of which nobody knows the columns.
      return 'SELECT * FROM faulty';
    default:
      return typeof key === 'string' ? STAND_INS[key] : undefined;
  }
};

const STAND_INS: Readonly<Record<string, unknown>> = {
  strategy: 'faulty',
  envPrefix: 'FAULTY__',
  flag: { variable: 'FAULTY' },
  params: {},
  variables: {},
  pass: 'true',
  fail: 'false',
  type: 'line',
};
