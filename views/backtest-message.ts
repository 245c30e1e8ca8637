import type { Backtest, BacktestFault } from '../src/domain/backtest.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { backtestReportView } from './backtest.js';
import { backtestRunningView } from './backtest-running.js';
import { actions, type Button, context, header, section } from './blocks.js';
import { reasonSentence } from './check-sentence.js';
import { slackDay } from './moments.js';
import { person } from './person.js';
import { textFor } from './text/index.js';

export const BACKTEST_ACTIONS = {
  cancel: 'backtest:cancel',
  again: 'backtest:again',
  propose: 'backtest:propose',
} as const;

/** One that goes on already is shown with its *Cancel*: whoever started it may have lost its message. */
export function busyView(backtest: Backtest, locale: Locale): Report {
  const { text, blocks } = backtestView(backtest, locale);
  const said = textFor(locale).backtest.busy(person(backtest.requestedBy));
  return { text: `${said} ${text}`, blocks: [section(said), ...blocks] };
}

/** A back-test's message in each of its states. */
export function backtestView(backtest: Backtest, locale: Locale): Report {
  const { state, figures } = backtest;
  if (state === 'running') return runningView(backtest, locale);
  if (figures !== null)
    return backtestReportView(figures, locale, [byLine(backtest, locale), buttons(backtest, locale)]);
  return endedView(backtest, locale);
}

function runningView(backtest: Backtest, locale: Locale): Report {
  const text = textFor(locale).backtest;
  const { backtestId, cancelledBy } = backtest;
  const running = backtestRunningView(backtest, locale);
  const rest =
    cancelledBy === null
      ? [actions({ actionId: BACKTEST_ACTIONS.cancel, text: text.cancel, value: backtestId })]
      : [context(text.cancelling(person(cancelledBy)))];
  return { ...running, blocks: [...running.blocks, byLine(backtest, locale), ...rest] };
}

const byLine = ({ requestedBy, requestedAt }: Backtest, locale: Locale): Block =>
  context(textFor(locale).backtest.byWhom(person(requestedBy), slackDay(requestedAt)));

function buttons({ backtestId, wish }: Backtest, locale: Locale): Block {
  const text = textFor(locale).backtest;
  const propose: Button = { actionId: BACKTEST_ACTIONS.propose, text: text.propose, value: backtestId };
  const again: Button = { actionId: BACKTEST_ACTIONS.again, text: text.again, value: backtestId };
  return actions(...(Object.keys(wish.set).length === 0 ? [] : [propose]), again);
}

function endedView(backtest: Backtest, locale: Locale): Report {
  const text = textFor(locale).backtest;
  const { strategy, target, state, cancelledBy, fault, done, moments } = backtest;
  const title =
    state === 'failed' || state === 'interrupted'
      ? `${text.ended[state]} · ${strategy} · ${target}`
      : text.title(strategy, target);
  const because =
    state === 'interrupted'
      ? text.interrupted(done, moments)
      : state === 'cancelled' && cancelledBy !== null
        ? text.cancelledEarly(person(cancelledBy))
        : faultText(fault ?? { code: 'inside' }, locale);
  return {
    text: `${title}: ${because}`,
    blocks: [header(title), section(because), byLine(backtest, locale), buttons(backtest, locale)],
  };
}

function faultText({ code, facts = {} }: BacktestFault, locale: Locale): string {
  const { fault } = textFor(locale).backtest;
  return fault[code](reasonSentence({ code: 'database_error', facts }, locale));
}
