import type { BacktestFault, NotReplayed } from '../../../src/domain/backtest.js';

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The prose of back-tests. Times come ready to print. */
export const backtest = {
  title: (strategy: string, target: string) => `Back-test · ${strategy} · ${target}`,
  running: (strategy: string, target: string) => `Back-test runs · ${strategy} · ${target}`,
  cancel: 'Cancel',
  cancelling: (who: string) => `${who} has cancelled it: it ends with what it has seen.`,
  cancelledEarly: (who: string) => `Cancelled by ${who} before anything was replayed.`,
  again: 'Run again',
  propose: 'Propose…',
  busy: (who: string) =>
    `A back-test of this strategy goes on, started by ${who}. Nothing was started: one at a time, so that the trading database has rest. It is shown here; cancel it or wait for its end.`,
  byWhom: (who: string, when: string) => `by ${who} · ${when}`,
  ended: { failed: 'Back-test failed', interrupted: 'Back-test interrupted' },
  interrupted: (done: number, moments: number) =>
    `The bot that carried it out ended under it${moments === 0 ? '' : `, after ${done} of ${moments} moments`}. Nothing of it goes on; nothing was changed. Run it again.`,
  fault: {
    process_ended: () =>
      'The process for checks ended under it. Run it again; if it ends again, look at the log.',
    no_process: () =>
      'There is no process for checks on this machine now, or its files are others than the bot’s. Restart the bot, then run it again.',
    runbook_changed: () =>
      'The runbook file has changed since the bot started. Restart the bot, then run it again.',
    runbook_refused: () => 'With these values the runbook would be refused. Choose others.',
    not_configured: () => 'TRADING_DATABASE_URL is not set, so there is no past to ask.',
    database: (told: string) => `The trading database gave no answer. ${told}`,
    inside: () => 'It failed inside the bot; the log says why.',
  } satisfies Readonly<Record<BacktestFault['code'], (told: string) => string>>,
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
  more: (count: number) => `and ${count} more`,
  entries: (count: number) => `${counted(count, 'entry').replace('entrys', 'entries')} in those windows`,
  latest: (when: string, said: string) => `Latest (${when}): ${said}`,
  differing: (count: number, named: string) =>
    `${counted(count, 'moment')} ${count === 1 ? 'differs' : 'differ'} with the change: ${named}`,
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
  emptyDays: (table: string, days: string) => `No row of ${table} on ${days} (UTC).`,
  emptyDaysNotAsked: (table: string) => `Whether ${table} has days without any row could not be asked.`,
  emptyDaysMean:
    'Whether there were none or they were deleted cannot be known: what is said of these days may be said of deleted rows.',
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
    modal: 'Proposal',
    close: 'Close',
    loading: 'Reading the runbook…',
    gone: 'That back-test is no longer there.',
    how: 'The changed lines of the runbook as it stands. Apply them with `git apply` where the runbook is kept, and let them be reviewed: nothing was changed here.',
    nothing:
      'The runbook says so already: there is nothing to change. Name other values with `--set NAME=VALUE`.',
  },
};
