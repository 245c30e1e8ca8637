import type { StatusText } from './status-text.js';

export const statusEn: StatusText = {
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
