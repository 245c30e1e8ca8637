import type { Halt } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import type { ServiceCommandsByHost } from '../src/halt/commands-by-hand.js';
import { actions, type Button, context, header, LIMITS, section, within } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { DISABLE_ALL_ACTION, STOP_ALL_ACTION } from './rollback-buttons.js';
import { byHandBlocks } from './rollback-by-hand.js';
import { HALT_SYMBOL, haltTitle, hostLines, isStillOn, nextButton } from './rollback-report.js';
import { textFor } from './text/index.js';

interface HaltOfAll {
  readonly halt: Halt;
  readonly commands: ServiceCommandsByHost;
}

/** Every target at once, in one message: what is not proved comes first. */
export function haltAllView(halts: readonly HaltOfAll[], locale: Locale): Report {
  const text = textFor(locale).rollback.all;
  const open = halts.filter(({ halt }) => halt.endedAt === null);
  const unproved = halts.filter(({ halt }) => halt.endedAt !== null && halt.state !== 'verified');
  const state = unproved.length > 0 ? 'not_verified' : open.length > 0 ? 'halting' : 'verified';
  const title = `${HALT_SYMBOL[state]} ${text.title[state](unproved.length, halts.length)}`;
  const sorted = [...unproved, ...halts.filter((one) => !unproved.includes(one))];
  const blocks = [header(title), ...sorted.flatMap((one) => targetBlocks(one, locale))];
  return { text: title, blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut) };
}

/** Where no form was said: what can be done with all of them. */
export function rollbackAllView(targets: readonly string[], isTerminal: boolean, locale: Locale): Report {
  const text = textFor(locale).rollback.all;
  const title = text.all(targets.join(', '));
  const blocks = isTerminal
    ? [section(text.forms)]
    : [actions(disableAllButton(targets, locale), allButton(STOP_ALL_ACTION, targets, locale))];
  return { text: title, blocks: [section(`*${title}*`), ...blocks] };
}

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
  return [
    section([`*${haltTitle(halt, locale)}*`, ...hostLines(halt, locale)].join('\n')),
    ...(isStillOn(halt) ? [actions(nextButton(halt, locale))] : []),
    ...(isOver && state !== 'verified' ? byHandBlocks(halt, commands, locale) : []),
    context(
      text.by(text.kind[kind], person(requestedBy), slackTime(requestedAt, 'time_secs')),
      ...(isOver ? [text.timeLine(haltId)] : []),
    ),
  ];
}
