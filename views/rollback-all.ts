import { afterwardsOf } from '../src/domain/halt.js';
import type { HaltAllReportOptions, HaltOfAll } from '../src/domain/halt-report.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { actions, type Button, context, escapeMrkdwn, header, LIMITS, section, within } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { DISABLE_ALL_ACTION, STOP_ALL_ACTION, STOP_ENTRIES_ALL_ACTION } from './rollback-buttons.js';
import { byHandBlocks } from './rollback-by-hand.js';
import {
  afterwardsBlocks,
  haltSymbol,
  haltTitle,
  hostLines,
  isStillOn,
  lateBlock,
  nextButton,
} from './rollback-report.js';
import { textFor } from './text/index.js';

/** Every target at once, in one message: what is not proved comes first. */
export function haltAllView(halts: readonly HaltOfAll[], { locale, lateAt }: HaltAllReportOptions): Report {
  const open = halts.filter(({ halt }) => halt.endedAt === null);
  const unproved = halts.filter(({ halt }) => halt.endedAt !== null && halt.state !== 'verified');
  const sorted = [...unproved, ...halts.filter((one) => !unproved.includes(one))];
  const title = allTitle(halts, unproved, open.length > 0, locale);
  const late = lateAt === undefined ? [] : lateBlocks(halts, lateAt, locale);
  const blocks = [header(title), ...late, ...sorted.flatMap((one) => targetBlocks(one, locale))];
  return { text: title, blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut) };
}

/** What has been followed in every target that was not proved, or may be on again, is history. */
function allTitle(
  halts: readonly HaltOfAll[],
  unproved: readonly HaltOfAll[],
  isOpen: boolean,
  locale: Locale,
): string {
  const text = textFor(locale).rollback;
  const isPast = ({ halt }: HaltOfAll) => Object.values(afterwardsOf(halt)).some((one) => one !== undefined);
  const waiting = unproved.filter((one) => !isPast(one));
  const state = waiting.length > 0 ? 'not_verified' : isOpen ? 'halting' : 'verified';
  // What nobody asked to be halted must not be called that.
  const kind = halts.some(({ halt }) => halt.kind === 'stop_entries') ? 'stop_entries' : 'disable';
  const title = kind === 'disable' ? text.all.title : text.all.entriesTitle;
  if (waiting.length > 0 || isOpen || !halts.some(isPast))
    return `${haltSymbol({ kind, state })} ${title[state](waiting.length, halts.length)}`;
  const was = unproved.length > 0 ? 'not_verified' : 'verified';
  return `⏮ ${text.history(title[was](unproved.length, halts.length))}`;
}

function lateBlocks(halts: readonly HaltOfAll[], lateAt: string, locale: Locale): readonly Block[] {
  const ends = halts.flatMap(({ halt }) => halt.endedAt ?? []).toSorted();
  const last = ends.at(-1);
  return last === undefined ? [] : [lateBlock(last, lateAt, locale)];
}

/** Where no form was said: what can be done with all of them. */
export function rollbackAllView(
  { targets, isTerminal, notOffering }: RollbackAll,
  locale: Locale,
  isRefused = false,
): Report {
  const text = textFor(locale).rollback.all;
  const title = text.all(targets.join(', '));
  const offersEntries = notOffering.length === 0;
  const entries = offersEntries ? [stopEntriesAllButton(locale)] : [];
  const blocks = isTerminal
    ? [section(text.forms(offersEntries))]
    : [actions(disableAllButton(targets, locale), ...entries, allButton(STOP_ALL_ACTION, targets, locale))];
  const why = textFor(locale).rollback.entriesAlone.notOfferedByAll(notOffering.join(', '));
  return {
    text: isRefused ? `${title}: ${why}` : title,
    blocks: [section(`*${title}*${isRefused ? `\n${escapeMrkdwn(why)}` : ''}`), ...blocks],
  };
}

interface RollbackAll {
  readonly targets: readonly string[];
  readonly isTerminal: boolean;
  /** Those whose strategy has nothing that ends entries alone. */
  readonly notOffering: readonly string[];
}

/** It asks nothing: what it does is the weakest of all. */
const stopEntriesAllButton = (locale: Locale): Button => ({
  actionId: STOP_ENTRIES_ALL_ACTION,
  text: textFor(locale).rollback.all.stopEntries,
  value: 'all',
});

export const disableAllButton = (targets: readonly string[], locale: Locale): Button =>
  allButton(DISABLE_ALL_ACTION, targets, locale);

function allButton(
  actionId: typeof DISABLE_ALL_ACTION | typeof STOP_ALL_ACTION,
  targets: readonly string[],
  locale: Locale,
): Button {
  const { all, button } = textFor(locale).rollback;
  const isDisable = actionId === DISABLE_ALL_ACTION;
  const label = isDisable ? all.disable : all.stop;
  return {
    ...{ actionId, text: label, value: 'all', style: 'danger' },
    confirm: { title: label, text: all.asks(targets.join(', ')), yes: label, no: button.cancel },
  };
}

function targetBlocks({ halt, commands }: HaltOfAll, locale: Locale): readonly Block[] {
  const text = textFor(locale).rollback;
  const { kind, requestedBy, requestedAt, haltId, endedAt, state } = halt;
  const isOver = endedAt !== null;
  const isPast = afterwardsBlocks(halt, locale).length > 0;
  return [
    section([`*${haltTitle(halt, locale)}*`, ...hostLines(halt, locale)].join('\n')),
    ...afterwardsBlocks(halt, locale),
    ...(isStillOn(halt) ? [actions(nextButton(halt, locale))] : []),
    ...(isOver && state !== 'verified' && !isPast ? byHandBlocks(halt, commands, locale) : []),
    context(
      text.by(text.kind[kind], person(requestedBy), slackTime(requestedAt, 'time_secs')),
      ...(isOver ? [text.timeLine(haltId)] : []),
    ),
  ];
}
