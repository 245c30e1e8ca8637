import type { ServiceCommandsByHost } from '../src/domain/commands-by-hand.js';
import { type Halt, turnsOff } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import type { Flatten, FlattenRefusal } from '../src/domain/venue.js';
import { actions, type Button, code, context, escapeMrkdwn, preformatted, section } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { FLATTEN_ACTION } from './rollback-buttons.js';
import { textFor } from './text/index.js';
import { listed, venueFaultText } from './venue.js';

/** What became of closing the positions, and the button for it where the target says how. */
export function flattenBlocks(halt: Halt, commands: ServiceCommandsByHost, locale: Locale): readonly Block[] {
  const { flatten } = halt;
  const button = flattenButton(halt, commands, locale);
  return [
    ...(flatten === undefined
      ? []
      : [section(flattenText(flatten, locale)), context(flattenedBy(flatten, locale))]),
    ...(button === undefined ? [] : [actions(button)]),
  ];
}

/** Why a click did nothing, for whoever clicked. @param command to paste */
export function flattenNote(refused: FlattenRefusal, command: string | undefined, locale: Locale): Report {
  const text = textFor(locale).venue.flatten[refused];
  const byHand = refused === 'unrecorded' && command !== undefined ? [section(preformatted(command))] : [];
  return { text, blocks: [section(text), ...byHand] };
}

/** Nothing is held any more, as the venue says. */
export const isFlat = ({ flatten }: Pick<Halt, 'flatten'>): boolean =>
  flatten?.state === 'done' && flatten.left?.total === 0;

/** While one goes on, where nothing is held, and where the strategy may be on again, there is none. */
function flattenButton(
  { kind, haltId, target, venue, endedAt, flatten, laterRelease, resolvedBy }: Halt,
  commands: ServiceCommandsByHost,
  locale: Locale,
): Button | undefined {
  const host = venue?.host ?? '';
  const command = commands.get(host)?.venue?.flatten;
  const isPast = laterRelease !== undefined || resolvedBy !== undefined;
  const isOver = endedAt === null || isPast || !turnsOff(kind);
  if (command === undefined || isOver || flatten?.endedAt === null || isFlat({ flatten })) return undefined;
  const text = textFor(locale).venue.flatten;
  return {
    actionId: FLATTEN_ACTION,
    text: flatten === undefined ? text.button : text.again,
    value: JSON.stringify({ target, haltId, attempt: (flatten?.attempt ?? 0) + 1 }),
    style: 'danger',
    confirm: {
      title: text.title,
      text: `${text.asks(target, host)} ${command}`,
      yes: text.confirm,
      no: textFor(locale).rollback.button.cancel,
    },
  };
}

const SYMBOL = { running: '⏳', done: '✓', left: '✗', failed: '✗', unknown: '?' } as const;

function flattenText({ state, fault, left }: Flatten, locale: Locale): string {
  const text = textFor(locale).venue;
  const isUnasked = state === 'done' && left === null;
  const sentence = isUnasked ? text.flatten.notAsked : text.flatten.state[state];
  const why = fault === null ? '' : `: ${venueFaultText(fault, locale)}`;
  const rows = (left?.rows ?? []).map(({ market, side, shares }) =>
    text.flatten.held(code(market), escapeMrkdwn(side), String(shares)),
  );
  const shown = state === 'done' || state === 'running' ? sentence : `*${sentence}${why}*`;
  return [`${SYMBOL[state]} ${shown}`, ...listed(rows, left?.total ?? 0, locale)].join('\n');
}

const flattenedBy = ({ by, at, endedAt }: Flatten, locale: Locale): string =>
  textFor(locale).venue.flatten.by(person(by), slackTime(endedAt ?? at, 'time_secs'));
