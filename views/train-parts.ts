import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import type { Training } from '../src/domain/training.js';
import { type Button, context, typed } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { textFor } from './text/index.js';

/** Who asked, when, and over how much data. */
export function headline(training: Training, locale: Locale): string {
  const text = textFor(locale).train;
  const { requestedBy, createdAt, lookbackHours, target } = training;
  return [
    text.by(person(requestedBy), slackTime(createdAt, 'date_short_pretty')),
    text.lookback(lookbackHours),
    target,
  ].join(' · ');
}

/** That somebody took thin or stale data upon themselves; nothing where nobody did. */
export function overrideLine({ overrideReason, requestedBy }: Training, locale: Locale): readonly Block[] {
  if (overrideReason === null) return [];
  return [context(`⚠ ${textFor(locale).train.override(person(requestedBy), typed(overrideReason))}`)];
}

export const logButton = (trainingId: string, locale: Locale): Button => ({
  actionId: 'train:log',
  text: textFor(locale).train.button.log,
  value: JSON.stringify({ trainingId }),
});
