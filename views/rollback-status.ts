import type { Report } from '../src/conversation/subcommand.js';
import type { Halt } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import { actions, context, escapeMrkdwn, section } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { rollbackButtons } from './rollback-buttons.js';
import { haltTitle } from './rollback-report.js';
import { textFor } from './text/index.js';

interface RollbackStatus {
  readonly target: string;
  readonly latest: Halt | undefined;
  /** The database did not say: there may be a newer one. */
  readonly isUncertain: boolean;
  /** Those who may, as mentions. */
  readonly who: readonly string[];
  /** Where nothing is clicked: the forms are told. */
  readonly isTerminal: boolean;
}

/** What `/lobml rollback` answers: the state, and both buttons. */
export function rollbackStatusView(
  { target, latest, isUncertain, who, isTerminal }: RollbackStatus,
  locale: Locale,
): Report {
  const { status } = textFor(locale).rollback;
  const title = status.title(escapeMrkdwn(target));
  const known =
    latest === undefined
      ? isUncertain
        ? ''
        : status.never
      : status.last(
          haltTitle(latest, locale),
          person(latest.requestedBy),
          slackTime(latest.requestedAt, 'date_short_pretty'),
        );
  const last = [known, ...(isUncertain ? [status.uncertain] : [])].join(' ').trim();
  return {
    text: `${title}: ${last}`,
    blocks: [
      section(`*${title}*\n${last}`),
      ...(isTerminal ? [section(status.forms(target))] : [actions(...rollbackButtons(target, locale))]),
      context(status.explain, ...(who.length === 0 ? [] : [status.who(who.join(', '))])),
    ],
  };
}
