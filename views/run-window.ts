import type { CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/subcommand.js';
import { context, escapeMrkdwn } from './blocks.js';
import { slackTime } from './moments.js';
import { decisionTextFor } from './text/decision-text.js';

/** Which span of time was looked at and with which it was compared; nothing where the run has no window. */
export function windowBlocks(run: CheckRun, locale: Locale): readonly Block[] {
  const evidence = run.checks.map((check) => check.evidence).find(({ window }) => window !== undefined);
  if (evidence?.window === undefined) return [];
  const text = decisionTextFor(locale);
  const { window, baseline } = evidence;
  const at = (moment: string) => slackTime(moment, 'time_secs');
  const basis = text.windowBasis[window.basis ?? 'look_back'];
  const hosts = window.hostsWithoutStart ?? [];
  const lines = [
    text.window(at(window.from), at(window.to), basis),
    ...(hosts.length === 0 ? [] : [text.withoutStart(escapeMrkdwn(hosts.join(', ')))]),
    ...(baseline === undefined
      ? []
      : [text.baseline(at(baseline.from), at(baseline.to), text.baselineBasis[baseline.basis])]),
  ];
  return [context(`${lines.join(' ')}\n${text.confounded}`)];
}
