import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { isLive, type Training } from '../src/domain/training.js';
import { actions, type Button, code, context, escapeMrkdwn, section } from './blocks.js';
import { person } from './person.js';
import { say } from './sentence.js';
import { textFor } from './text/index.js';
import { endedTrainingView } from './train-ended.js';
import { headline, logButton, overrideLine } from './train-parts.js';
import { spanText } from './train-time.js';

const BAR_CELLS = 20;

/** The one message of a training, in whatever state it is. @param now RFC 3339, for the time that has passed */
export function trainingView(training: Training, locale: Locale, now: string): Report {
  return isLive(training) ? liveTrainingView(training, locale, now) : endedTrainingView(training, locale);
}

/** To somebody who wanted to start another: what goes on, and the way to end it. @param now RFC 3339 */
export function busyView(training: Training, locale: Locale, now: string): Report {
  const text = say(
    { code: 'busy', facts: { horizon: training.horizon, who: person(training.requestedBy) } },
    locale,
  );
  return { text, blocks: [section(`⚠ ${text}`), ...trainingView(training, locale, now).blocks] };
}

/** To somebody who ended one that has no message to show it. */
export function cancellingView({ cancelRequested }: Training, locale: Locale): Report {
  const text = cancelRequested === null ? '' : textFor(locale).train.cancelling(person(cancelRequested));
  return { text, blocks: [section(text)] };
}

function liveTrainingView(training: Training, locale: Locale, now: string): Report {
  const text = textFor(locale).train;
  const title = text.title.live(training.horizon, training.strategy);
  const phase = phaseLine(training, locale);
  const passed = Date.parse(now) - Date.parse(training.startedAt ?? training.createdAt);
  const times = timesLine(training, passed, locale);
  const summary = `⏳ ${title}: ${plain(phase)} ${times}`;
  const { lastLine: line = '', away } = training.progress ?? {};
  const notice = away === undefined ? '' : text.away(escapeMrkdwn(away));
  return {
    text: [summary, notice].filter(Boolean).join(' '),
    blocks: [
      section(`⏳ *${escapeMrkdwn(title)}*`),
      context(headline(training, locale)),
      section(phase),
      ...(notice === '' ? [] : [section(`⚠ ${notice}`)]),
      context([times, figuresLine(training)].filter(Boolean).join(' · ')),
      ...(line === '' ? [] : [context(`${text.lastLine}: ${code(line)}`)]),
      ...overrideLine(training, locale),
      actions(...liveButtons(training, locale)),
    ],
  };
}

function phaseLine({ state, cancelRequested, progress }: Training, locale: Locale): string {
  const text = textFor(locale).train;
  if (cancelRequested !== null) return text.cancelling(person(cancelRequested));
  if (state === 'checking') return text.checking;
  if (state === 'judging') return text.judging;
  if (progress === null) return text.starting;
  const { fraction } = progress;
  return fraction === undefined ? '…' : `${bar(fraction)}  ${Math.floor(fraction * 100)} %`;
}

function bar(fraction: number): string {
  const full = Math.round(fraction * BAR_CELLS);
  return '▓'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}

function timesLine({ state, progress }: Training, passedMs: number, locale: Locale): string {
  const text = textFor(locale).train;
  const elapsed = text.elapsed(spanText(passedMs, locale));
  const fraction = progress?.fraction ?? 0;
  if (state !== 'running' || fraction <= 0) return elapsed;
  return `${elapsed} · ${text.left(spanText((passedMs * (1 - fraction)) / fraction, locale))}`;
}

function figuresLine({ progress }: Training): string {
  return Object.entries(progress?.figures ?? {})
    .map(([name, value]) => `${name} ${code(value)}`)
    .join(' · ');
}

function liveButtons({ trainingId, cancelRequested }: Training, locale: Locale): readonly Button[] {
  const text = textFor(locale).train;
  const cancel: Button = {
    actionId: 'train:cancel',
    text: text.button.cancel,
    value: trainingId,
    style: 'danger',
    confirm: {
      title: text.confirmCancelTitle,
      text: text.confirmCancel,
      yes: text.button.cancel,
      no: text.button.keep,
    },
  };
  return [...(cancelRequested === null ? [cancel] : []), logButton(trainingId, locale)];
}

const plain = (mrkdwn: string): string => mrkdwn.replaceAll(/[▓░]+\s*/g, '');
