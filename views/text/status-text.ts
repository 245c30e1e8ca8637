import type { Locale } from '../../src/domain/localized.js';
import type { Outcome } from '../../src/domain/outcome.js';
import { statusEn } from './status-en.js';
import { statusZhCN } from './status-zh-CN.js';

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
