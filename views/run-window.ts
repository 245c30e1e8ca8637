import type { CheckRun, ObservedBaseline, ObservedWindow } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { context, escapeMrkdwn } from './blocks.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

/** Which spans of time were looked at and with which it was compared; nothing where the run has no window. */
export function windowBlocks(run: CheckRun, locale: Locale): readonly Block[] {
  const lines = spansOf(run).map((span) => lineOf(span, locale));
  return lines.length === 0 ? [] : [context([...lines, textFor(locale).decision.confounded].join('\n'))];
}

interface Span {
  readonly window: ObservedWindow;
  readonly baseline: ObservedBaseline | undefined;
  readonly sections: readonly string[];
}

/** Each span of time once, with the sections that looked at it. */
function spansOf(run: CheckRun): readonly Span[] {
  const spans = new Map<string, Span>();
  for (const { section, evidence } of run.checks) {
    const { window, baseline } = evidence;
    if (window === undefined) continue;
    const key = JSON.stringify([window, baseline]);
    const sections = new Set([...(spans.get(key)?.sections ?? []), section]);
    spans.set(key, { window, baseline, sections: [...sections] });
  }
  const all = [...spans.values()];
  return all.length === 1 ? all.map((span) => ({ ...span, sections: [] })) : all;
}

function lineOf({ window, baseline, sections }: Span, locale: Locale): string {
  const text = textFor(locale).decision;
  const at = (moment: string) => slackTime(moment, 'time_secs');
  const basis = text.windowBasis[window.basis ?? 'look_back'];
  const hosts = window.hostsWithoutStart ?? [];
  const parts = [
    text.window(at(window.from), at(window.to), basis),
    ...(hosts.length === 0 ? [] : [text.withoutStart(escapeMrkdwn(hosts.join(', ')))]),
    ...(baseline === undefined ? [] : [baselineText(baseline, locale)]),
  ];
  return `${sections.length === 0 ? '' : `*${sections.join(', ')}* `}${parts.join(' ')}`;
}

function baselineText({ from, to, basis, isMissing }: ObservedBaseline, locale: Locale): string {
  const { baseline, noBaseline, baselineBasis } = textFor(locale).decision;
  const span = [slackTime(from, 'time_secs'), slackTime(to, 'time_secs')] as const;
  return isMissing ? noBaseline(...span) : baseline(...span, baselineBasis[basis]);
}
