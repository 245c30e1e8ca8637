import type { Locale } from '../src/domain/localized.js';
import {
  hasSoaked,
  type Promotion,
  type PromotionPolicy,
  type Soak,
  soakAsRead,
} from '../src/domain/promotion.js';
import type { Block } from '../src/domain/report.js';
import { context, escapeMrkdwn } from './blocks.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

/** How far each model is on the target that it is promoted from; without one, what is asked of it. */
export function promotionBlocks(promotion: Promotion | null | undefined, locale: Locale): readonly Block[] {
  if (promotion === undefined || promotion === null) return [];
  const { from, unknown, soaks } = promotion;
  const { promotion: text } = textFor(locale).release;
  if (unknown !== undefined) return [context(`⏳ *${text.title}*  ${text.unknown(from, unknown)}`)];
  if (soaks.length === 0) return [context(`*${text.title}*  ${ruleOf(promotion, locale)}`)];
  const lines = soaks.map(
    (soak) =>
      `${hasSoaked(soak, promotion) ? '✓' : '⏳'} *${text.title}*  ${soakLine(soak, promotion, locale)}`,
  );
  return [context(lines.join('\n'))];
}

/** The same of what runs there now. */
export function promotionUnderWay(promotion: Promotion | undefined, locale: Locale): readonly Block[] {
  if (promotion === undefined || promotion.unknown !== undefined || promotion.soaks.length > 0)
    return promotionBlocks(promotion, locale);
  const { promotion: text } = textFor(locale).release;
  return [context(`⏳ *${text.title}*  ${text.nothingThere(promotion.from)}. ${ruleOf(promotion, locale)}`)];
}

function ruleOf({ from, hours, entries }: PromotionPolicy, locale: Locale): string {
  const { unit, wanted } = soakAsRead({ hours: 0 }, { hours });
  return textFor(locale).release.promotion.rule(from, `${wanted} ${unit}`, entries);
}

function soakLine(soak: Soak, policy: PromotionPolicy, locale: Locale): string {
  const { from } = policy;
  const { promotion: text } = textFor(locale).release;
  const { setback, isConfirmed, entries } = soak;
  const name = escapeMrkdwn(soak.name);
  if (setback !== undefined) {
    const when = slackTime(setback.at, 'date_short_pretty');
    const run = setback.run === undefined ? '' : textFor(locale).report.kind[setback.run];
    return setback.kind === 'no_go' ? text.no_go(name, from, run, when) : text.rolled_back(name, from, when);
  }
  if (!isConfirmed) return `${text.never(name, from)}. ${ruleOf(policy, locale)}`;
  const { unit, done, wanted } = soakAsRead(soak, policy);
  const time = `${text.of(done, wanted)} ${unit}`;
  return text.soak(name, time, text.of(String(entries), String(policy.entries)), from);
}
