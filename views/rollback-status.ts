import type { Halt } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { actions, context, escapeMrkdwn, section } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { rollbackButtons } from './rollback-buttons.js';
import { haltTitle } from './rollback-report.js';
import { textFor } from './text/index.js';

interface RollbackStatus {
  readonly target: string;
  /** undefined: it is being looked up. */
  readonly latest: { readonly halt: Halt | undefined; readonly isUncertain: boolean } | undefined;
  /** Those who may, as mentions. */
  readonly who: readonly string[];
  /** Where nothing is clicked: the forms are told. */
  readonly isTerminal: boolean;
  /** *Stop entries* can be asked for. */
  readonly offersEntries: boolean;
  /** It was asked for, and cannot be: by the strategy's name. */
  readonly refused?: string | undefined;
}

/** What `/lobml rollback` answers: the state, and both buttons. */
export function rollbackStatusView(
  { target, latest: known, who, isTerminal, offersEntries, refused }: RollbackStatus,
  locale: Locale,
): Report {
  const { status, entriesAlone } = textFor(locale).rollback;
  const why = refused === undefined ? [] : [entriesAlone.notOffered(escapeMrkdwn(refused))];
  const title = status.title(escapeMrkdwn(target));
  const last = known === undefined ? '…' : lastLine(known, locale);
  return {
    text: [`${title}: ${last}`, ...why].join(' '),
    blocks: [
      section([`*${title}*`, ...why, last].join('\n')),
      ...(isTerminal
        ? [section(status.forms(target, offersEntries))]
        : [actions(...rollbackButtons(target, locale, offersEntries))]),
      context(
        isTerminal ? status.explainForms : status.explain,
        ...(offersEntries ? [status.explainEntries] : []),
        ...(who.length === 0 ? [] : [status.who(who.join(', '))]),
      ),
    ],
  };
}

/** Where the database did not say, there may be a newer one. */
function lastLine({ halt, isUncertain }: NonNullable<RollbackStatus['latest']>, locale: Locale): string {
  const { status } = textFor(locale).rollback;
  const uncertain = isUncertain ? [status.uncertain] : [];
  if (halt === undefined) return [...(isUncertain ? [] : [status.never]), ...uncertain].join(' ');
  const when = slackTime(halt.requestedAt, 'date_short_pretty');
  return [status.last(haltTitle(halt, locale), person(halt.requestedBy), when), ...uncertain].join(' ');
}
