import type { Locale } from '../src/domain/localized.js';
import type { Person } from '../src/domain/person.js';
import type { Report } from '../src/domain/report.js';
import type { WatchFacts } from '../src/domain/watch-record.js';
import { actions, type Button, code, context, header, section } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';
import { troubleLine } from './watch-message.js';

export const WATCH_ON_ACTION = 'watch:on';
export const WATCH_OFF_ACTION = 'watch:off';

const DATED = 'date_short_pretty';

/** How a target is watched, and what the watch sees. */
export function watchView(
  strategy: string,
  facts: WatchFacts,
  { locale, hasButtons }: { readonly locale: Locale; readonly hasButtons: boolean },
): Report {
  const text = textFor(locale).watch;
  const { target, policy, watch, trouble } = facts;
  const { everySecs, runs, checks, after, halt, perDay, hasQuietHours } = policy;
  const title = text.title(strategy, target);
  const kinds = runs.map((kind) => textFor(locale).report.kind[kind]).join(', ');
  const halted = watch?.halts.map((at) => slackTime(at, DATED)).join(', ') ?? '';
  const list = (ids: readonly string[]) => ids.map(code).join(', ');
  return {
    text: `${title}: ${watchLine(facts, locale)}`,
    blocks: [
      header(title),
      section(`*${watchLine(facts, locale)}*`),
      ...(trouble?.troubles.slice(0, 6).map((one) => section(troubleLine(one, locale))) ?? []),
      section(
        [
          text.looksAt(kinds, everySecs),
          ...(checks === undefined ? [] : [text.onlyChecks(list(checks))]),
          text.after(after.tell, after.call, after.well),
          ...(hasQuietHours ? [text.quiet] : []),
          halt.length === 0 ? text.haltsNever : text.halts(list(halt), after.halt, perDay),
        ].join('\n'),
      ),
      ...(halted === '' ? [] : [context(text.haltedBefore(halted))]),
      ...(hasButtons ? [actions(switchButton(facts, locale))] : []),
    ],
  };
}

/** The watch of a target in one line: the verdict that counts, or why there is none. */
export function watchLine(facts: WatchFacts, locale: Locale): string {
  const { watch: text, report } = textFor(locale);
  const { watch, policy, silentSince, trouble } = facts;
  if (watch === undefined) return `⚠ ${text.line.notBegun}`;
  const { isOn, offUntil, switchedBy, state, lookedAt, resting } = watch;
  if (!isOn) {
    const until = offUntil === null ? undefined : slackTime(offUntil, DATED);
    return `⚠ ${text.line.off(switchedBy === null ? undefined : person(switchedBy), until)}`;
  }
  if (silentSince !== undefined) return `🚨 ${text.line.silent(slackTime(silentSince, DATED))}`;
  const looked =
    lookedAt === null ? [] : [text.line.looked(slackTime(lookedAt, 'time_secs'), policy.everySecs)];
  if (resting !== null) return [text.line.resting[resting], ...looked].join(' · ');
  const { verdict, since } = state;
  const seen =
    verdict === null || since === null
      ? text.line.looking
      : `${VERDICT_SYMBOL[verdict]} ${text.line.verdict(report.verdict[verdict], slackTime(since, DATED))}`;
  const taken = trouble?.taken == null ? [] : [text.line.taken(person(trouble.taken.by))];
  return [seen, ...taken, ...looked].join(' · ');
}

/** The same with what it is about, for status and Home. */
export const titledWatchLine = (facts: WatchFacts, locale: Locale): string =>
  `${textFor(locale).watch.line.title}: ${watchLine(facts, locale)}`;

export function notWatchedView(target: string, locale: Locale): Report {
  const sentence = textFor(locale).watch.notWatched(target);
  return { text: sentence, blocks: [section(sentence)] };
}

/** @param by who has just switched it */
export function switchedView(strategy: string, facts: WatchFacts, by: Person, locale: Locale): Report {
  const text = textFor(locale).watch;
  const { watch, target } = facts;
  const until = watch?.offUntil == null ? undefined : slackTime(watch.offUntil, DATED);
  const sentence =
    watch?.isOn === false ? `⚠ ${text.switchedOff(person(by), until)}` : text.switchedOn(person(by));
  const title = text.title(strategy, target);
  return { text: `${title}: ${sentence}`, blocks: [section(`*${title}*\n${sentence}`)] };
}

function switchButton({ target, watch }: WatchFacts, locale: Locale): Button {
  const text = textFor(locale).watch;
  return watch?.isOn === false
    ? { actionId: WATCH_ON_ACTION, text: text.on, value: target }
    : { actionId: WATCH_OFF_ACTION, text: text.off, value: target };
}
