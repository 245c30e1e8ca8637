import type { Locale } from '../../../src/domain/localized.js';
import type { Outcome } from '../../../src/domain/outcome.js';
import { statusZhCN } from '../zh-CN/status.js';

const statusEn: StatusText = {
  title: (strategy, target) => `${strategy} · ${target}`,
  asOf: (when) => `as of ${when}`,
  on: 'ON',
  off: 'OFF',
  unreadableFlag: (raw) => `\`${raw}\` (no boolean: ploy ignores it)`,
  notSet: 'not set',
  flag: (file) => `flag *${file}* in file and process`,
  flagDiffers: (file, process) =>
    `⚠ flag *${file}* in the file, *${process}* in the running process: a restart would change it`,
  processMissing: 'no process to compare with',
  running: (since, pid) => `running since ${since} (PID ${pid})`,
  stopped: (state) => `⚠ not running (${state})`,
  restarts: (count) => `⚠ ${count} automatic restarts`,
  version: (version) => `model ${version}`,
  versionDiffers: (file, process) => `⚠ model version ${file} in the file, ${process} in the running process`,
  modelUnknown: (path, why) => `⚠ model ${path}: ${why}`,
  modelNotSet: '⚠ MODEL_PATH names no file',
  hostUnreachable: (host, why) => `⚠ *${host}*: ${why}. What runs there is unknown.`,
  lastRuns: 'Last runs',
  never: 'never run',
  by: (who) => `by ${who}`,
  expired: (verdict) => `was ${verdict}, expired: HOLD`,
  databaseUnreachable: '⚠ The bot’s own database does not answer: runs, locks and requests are unknown.',
  lock: (who, reason, when) => `🔒 Locked by ${who} ${when}: ${reason}`,
  openRequests: 'Open requests',
  release: (modelVersion) =>
    modelVersion === undefined ? 'release of settings' : `release of model ${modelVersion}`,
  lastConfirmed: (modelVersion, when) =>
    `Last confirmed release: ${modelVersion === undefined ? 'settings' : `model ${modelVersion}`}, ${when}`,
  summaryOn: (running, of) => `${running} of ${of} hosts running`,
  summaryFlag: (state) => `flag ${state}`,
  mixed: 'differs between file, process or hosts',
  unknown: 'unknown',
  age: (minutes) => ageOf(minutes),
  history: (strategy, target) => `History · ${strategy} · ${target}`,
  historyEmpty: 'Nothing has happened to this target yet.',
  entryTitle: 'Stored report',
  historyEnd: 'This is where the history begins.',
  counts: {
    PASS: (count) => `✓ ${count}`,
    WARN: (count) => `⚠ ${count}`,
    FAIL: (count) => `✗ ${count}`,
    INCONCLUSIVE: (count) => `? ${count}`,
    ERROR: (count) => `! ${count}`,
    SKIPPED: (count) => `– ${count}`,
  },
  open: 'Open',
  older: 'Older',
  newer: 'Newer',
  runGone:
    'The page cannot be turned: the line that it starts from is no longer stored. Type the command again.',
  runUnknown: (runId) =>
    `No run, release or halt \`${runId}\` is stored for this target. \`lobml history\` lists them.`,
  beforeUnknown: (runId) => `No run, release or halt \`${runId}\` is stored, so no page can start before it.`,
  wordMissing: (flag) => `\`${flag}\` needs an id of the history after it.`,
  homeTitle: 'lobml: the release captain',
  homeIntro:
    'The state of each target. It is shown anew when you open this page and when a run ends, a release or a halt moves, or a lock changes.',
  homeReportsIn: (channel) => `Reports appear in ${channel}.`,
};

function ageOf(minutes: number): string {
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
}

/** The prose of status, history and Home. Times come ready to print. */
export interface StatusText {
  readonly title: (strategy: string, target: string) => string;
  readonly asOf: (when: string) => string;
  readonly on: string;
  readonly off: string;
  readonly unreadableFlag: (raw: string) => string;
  readonly notSet: string;
  /** The flag in file and process agree, differ, or there is no process. */
  readonly flag: (file: string) => string;
  readonly flagDiffers: (file: string, process: string) => string;
  readonly processMissing: string;
  readonly running: (since: string, pid: number) => string;
  readonly stopped: (state: string) => string;
  readonly restarts: (count: number) => string;
  readonly version: (version: string) => string;
  readonly versionDiffers: (file: string, process: string) => string;
  readonly modelUnknown: (path: string, why: string) => string;
  readonly modelNotSet: string;
  readonly hostUnreachable: (host: string, why: string) => string;
  readonly lastRuns: string;
  readonly never: string;
  readonly by: (who: string) => string;
  /** @param verdict in words */
  readonly expired: (verdict: string) => string;
  readonly databaseUnreachable: string;
  readonly lock: (who: string, reason: string, when: string) => string;
  readonly openRequests: string;
  /** What a release brings; undefined: no new model. */
  readonly release: (modelVersion: string | undefined) => string;
  readonly lastConfirmed: (modelVersion: string | undefined, when: string) => string;
  readonly summaryOn: (running: number, of: number) => string;
  readonly summaryFlag: (state: string) => string;
  readonly mixed: string;
  readonly unknown: string;
  readonly age: (minutes: number) => string;
  readonly history: (strategy: string, target: string) => string;
  readonly historyEmpty: string;
  readonly historyEnd: string;
  /** At most 24 characters. */
  readonly entryTitle: string;
  readonly counts: Readonly<Record<Outcome, (count: number) => string>>;
  readonly open: string;
  readonly older: string;
  readonly newer: string;
  readonly runGone: string;
  readonly runUnknown: (runId: string) => string;
  readonly beforeUnknown: (runId: string) => string;
  readonly wordMissing: (flag: string) => string;
  readonly homeTitle: string;
  readonly homeIntro: string;
  readonly homeReportsIn: (channel: string) => string;
}

const TEXTS: Readonly<Record<Locale, StatusText>> = { en: statusEn, 'zh-CN': statusZhCN };

export const statusTextFor = (locale: Locale): StatusText => TEXTS[locale];
