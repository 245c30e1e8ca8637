import type { Locale } from '../src/domain/localized.js';
import type { Person } from '../src/domain/person.js';
import type { ReleaseRecord } from '../src/domain/release-record.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Report } from '../src/domain/report.js';
import type { TargetLock } from '../src/domain/target-lock.js';
import { actions, typed } from './blocks.js';
import { cancelButtons } from './deploy-progress.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { noteView, refusalSentence } from './release-sentence.js';
import { textFor } from './text/index.js';

/** @param running the release that the lock does not stop */
export function lockedView(
  { target, holder, takenAt, until, reason }: TargetLock,
  running: ReleaseRecord | undefined,
  { locale, hasButtons }: { readonly locale: Locale; readonly hasButtons: boolean },
): Report {
  const text = textFor(locale).release.lock;
  const end = until === null ? undefined : slackTime(until, 'date_short_pretty');
  const when = slackTime(takenAt, 'date_short_pretty');
  const locked = text.locked(target, person(holder), when, end, typed(reason));
  if (running === undefined) return noteView(locked);
  const { requestedBy, startedAt } = running;
  const buttons = cancelButtons(running, locale);
  const offer = buttons.length === 0 ? '' : hasButtons ? text.cancelHere : text.cancelInSlack;
  const goesOn = text.goesOn(target, person(requestedBy), slackTime(startedAt, 'date_short_pretty'));
  const note = noteView(`${locked}\n⚠ ${goesOn} ${offer}`.trim());
  return offer === text.cancelHere ? { ...note, blocks: [...note.blocks, actions(...buttons)] } : note;
}

/** One of several targets that stays as it was. */
export const refusedLockView = (target: string, refusal: ReleaseRefusal, locale: Locale): Report =>
  noteView(`⛔ ${target}: ${refusalSentence(refusal, locale)}`);

export function unlockedView({ target, takenAt }: TargetLock, by: Person, locale: Locale): Report {
  const when = slackTime(takenAt, 'date_short_pretty');
  return noteView(textFor(locale).release.lock.unlocked(target, person(by), when));
}
