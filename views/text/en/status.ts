import type { Outcome } from '../../../src/domain/outcome.js';

const counts: Readonly<Record<Outcome, (count: number) => string>> = {
  PASS: (count) => `✓ ${count}`,
  WARN: (count) => `⚠ ${count}`,
  FAIL: (count) => `✗ ${count}`,
  INCONCLUSIVE: (count) => `? ${count}`,
  ERROR: (count) => `! ${count}`,
  SKIPPED: (count) => `– ${count}`,
};

/** The prose of status, history and Home. Times come ready to print. */
export const status = {
  title: (strategy: string, target: string) => `${strategy} · ${target}`,
  asOf: (when: string) => `as of ${when}`,
  on: 'ON',
  off: 'OFF',
  unreadableFlag: (raw: string) => `\`${raw}\` (no boolean: the strategy ignores it)`,
  notSet: 'not set',
  /** The flag in file and process agree, differ, or there is no process. */
  flag: (file: string) => `flag *${file}* in file and process`,
  flagDiffers: (file: string, process: string) =>
    `⚠ flag *${file}* in the file, *${process}* in the running process: a restart would change it`,
  processMissing: 'no process to compare with',
  running: (since: string, pid: number) => `running since ${since} (PID ${pid})`,
  stopped: (state: string) => `⚠ not running (${state})`,
  restarts: (count: number) => `⚠ ${count} automatic restarts`,
  version: (version: string) => `model ${version}`,
  versionDiffers: (file: string, process: string) =>
    `⚠ model version ${file} in the file, ${process} in the running process`,
  modelUnknown: (path: string, why: string) => `⚠ model ${path}: ${why}`,
  modelNotSet: '⚠ no variable names a model file',
  hostUnreachable: (host: string, why: string) => `⚠ *${host}*: ${why}. What runs there is unknown.`,
  lastRuns: 'Last runs',
  never: 'never run',
  by: (who: string) => `by ${who}`,
  /** @param verdict in words */
  expired: (verdict: string) => `was ${verdict}, expired: HOLD`,
  fromFuture: (verdict: string) => `was ${verdict}, dated in the future (a clock is wrong): HOLD`,
  /** @param by the later run and its verdict, in words */
  revoked: (verdict: string, by: string, when: string) => `was ${verdict}, revoked by ${by} (${when}): HOLD`,
  databaseUnreachable: '⚠ The bot’s own database does not answer: runs, locks and requests are unknown.',
  lock: (who: string, reason: string, when: string, until: string | undefined) =>
    `🔒 Locked by ${who} ${when}${until === undefined ? '' : ` until ${until}`}: ${reason}`,
  /** As one line above everything else. */
  banner: {
    halting: (who: string, when: string) => `HALTING: asked for by ${who} ${when}`,
    verified: (who: string, when: string) => `HALTED by ${who} ${when}, verified`,
    not_verified: (who: string, when: string) => `HALT NOT VERIFIED: asked for by ${who} ${when}`,
  },
  /** Where entries end and exits go on. */
  entriesBanner: {
    halting: (who: string, when: string) => `STOPPING ENTRIES: asked for by ${who} ${when}`,
    verified: (who: string, when: string) => `ENTRIES STOPPED by ${who} ${when}, verified; exits go on`,
    not_verified: (who: string, when: string) =>
      `ENTRIES STOPPED - NOT VERIFIED: asked for by ${who} ${when}`,
  },
  requestRestart: 'Request restart',
  openRequests: 'Open requests',
  /** What a release brings; undefined: it brings none. */
  brings: (model: string | undefined, binary: string | undefined) =>
    [
      ...(model === undefined ? [] : [`model ${model}`]),
      ...(binary === undefined ? [] : [`binary ${binary}`]),
    ].join(' and ') || 'settings',
  release: (brings: string) => `release of ${brings}`,
  lastConfirmed: (brings: string, when: string) => `Last confirmed release: ${brings}, ${when}`,
  summaryOff: (running: number, of: number) => `not trading, process up on ${running} of ${of} hosts`,
  summaryOn: (running: number, of: number) => `${running} of ${of} hosts running`,
  summaryFlag: (state: string) => `flag ${state}`,
  mixed: 'differs between file, process or hosts',
  unknown: 'unknown',
  age: (minutes: number) => ageOf(minutes),
  history: (strategy: string, target: string) => `History · ${strategy} · ${target}`,
  historyEmpty: 'Nothing has happened to this target yet.',
  /** At most 24 characters. */
  entryTitle: 'Stored report',
  historyEnd: 'This is where the history begins.',
  counts,
  open: 'Open',
  older: 'Older',
  newer: 'Newer',
  homeTitle: 'lobml: the release captain',
  homeIntro:
    'The state of each target. It is shown anew when you open this page and when a run ends, a release or a halt moves, or a lock changes.',
  homeReportsIn: (channel: string) => `Reports appear in ${channel}.`,
};

export type StatusText = typeof status;

function ageOf(minutes: number): string {
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
}
