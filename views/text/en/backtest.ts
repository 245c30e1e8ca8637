import type { NotReplayed } from '../../../src/domain/backtest.js';

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The prose of back-tests. Times come ready to print. */
export const backtest = {
  title: (strategy: string, target: string) => `Back-test · ${strategy} · ${target}`,
  running: (strategy: string, target: string) => `Back-test runs · ${strategy} · ${target}`,
  starting: 'Looking how far back the tables go…',
  progress: (done: number, moments: number) => `${done} of ${counted(moments, 'moment')}`,
  summary: (failing: number, checks: number, moments: number) =>
    `${failing} of ${counted(checks, 'check')} would have failed at some of ${counted(moments, 'moment')}`,
  cancelled: (done: number, moments: number) =>
    `Cancelled after ${done} of ${counted(moments, 'moment')}: what stands here is of those alone.`,
  span: (from: string, to: string) => `${from} to ${to}`,
  moments: (count: number, every: string) => `${counted(count, 'moment')}, ${every}`,
  every: (secs: number) =>
    secs % 86_400 === 0
      ? `every ${secs / 86_400} d`
      : secs % 3_600 === 0
        ? `every ${secs / 3_600} h`
        : secs % 60 === 0
          ? `every ${secs / 60} min`
          : `every ${secs} s`,
  window: (minutes: number) => `windows of ${minutes} min`,
  took: (seconds: string) => `took ${seconds} s`,
  changed: 'Changed:',
  check: 'Check',
  unknown: 'unknown',
  moreDays: (count: number) => `and ${counted(count, 'earlier day')}`,
  entries: (count: number) => `${counted(count, 'entry').replace('entrys', 'entries')} in those windows`,
  latest: (when: string, said: string) => `Latest (${when}): ${said}`,
  differing: (count: number, named: string) => `${counted(count, 'moment')} differ with the change: ${named}`,
  noStored: 'No stored run of this time to compare with.',
  stored: (runs: number, of: number, compared: number, differing: number, unknown: number) =>
    `*Stored runs:* ${runs} of ${of} asked again at their own moments, ${counted(compared, 'outcome')} compared, ${differing} other than then${unknown === 0 ? '' : `, ${unknown} unknown now`}.`,
  storedDifference: (when: string, check: string, stored: string, replayed: string, isOther: boolean) =>
    `${when} ${check}: ${stored} then, ${replayed} now${isOther ? ' (the runbook was another one then)' : ''}`,
  notReplayed: 'Not replayed:',
  why: {
    hosts: 'files and processes as they are now',
    network: 'answers of other services',
    server: 'the server and the clocks as they are now',
    state_database: 'looks at what the bot has noted',
    no_window: 'looks at no window',
    sees_later: 'its statement would see later rows (bound it by `rowsUntil`)',
  } satisfies Readonly<Record<NotReplayed['why'], string>>,
  oldest: (table: string, since: string) => `${table} since ${since}`,
  never: 'never',
  judgedBy: (values: string) => `For every moment judged by what the files say now: ${values}.`,
  limits:
    'A moment whose rows may be gone is unknown, and no pass. A row that was dated in the future then is an ordinary row today, and one that was written late stands where it is dated.',
  chart: {
    title: (days: number) => (days === 1 ? 'Checks by day' : `Checks by ${days} days`),
    day: 'day (UTC)',
    count: 'outcomes',
    fail: 'FAIL',
    failChanged: 'FAIL, changed',
    hold: 'not judged',
    warn: 'WARN',
  },
  proposal: {
    title: 'A proposal for the runbook',
    how: 'The changed lines of the runbook as it stands. Apply them with `git apply` where the runbook is kept, and let them be reviewed: nothing was changed here.',
    nothing:
      'The runbook says so already: there is nothing to change. Name other values with `--set NAME=VALUE`.',
  },
};
