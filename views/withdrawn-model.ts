import type { Locale } from '../src/domain/localized.js';
import type { ReleasePlan } from '../src/domain/release-plan.js';
import type { Block } from '../src/domain/report.js';
import type { WithdrawnModel } from '../src/domain/withdrawn-model.js';
import { section } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { textFor } from './text/index.js';

/** Which model was taken away, where, by whom and when: plain text. */
export function withdrawnSentence({ sha256, how, target, by, at }: WithdrawnModel, locale: Locale): string {
  const when = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  return textFor(locale).release.plan.withdrawn[how](sha256.slice(0, 12), target, by.name, when);
}

/** What approvers must know of a plan: its model was rolled back or halted before. */
export function withdrawnBlocks({ withdrawn = [] }: ReleasePlan, locale: Locale): readonly Block[] {
  if (withdrawn.length === 0) return [];
  const text = textFor(locale).release.plan.withdrawn;
  const lines = withdrawn.map(({ sha256, how, target, by, at }) => {
    const when = slackTime(at, 'date_short_pretty');
    return `⚠ *${text[how](sha256.slice(0, 12), target, person(by), when)}*`;
  });
  return [section(lines.join('\n'))];
}
