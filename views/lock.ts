import type { Report } from '../src/conversation/subcommand.js';
import type { Locale } from '../src/domain/localized.js';
import type { Person } from '../src/domain/person.js';
import type { TargetLock } from '../src/domain/target-lock.js';
import { escapeMrkdwn } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { noteView } from './release-sentence.js';
import { textFor } from './text/index.js';

export function lockedView({ target, holder, takenAt, reason }: TargetLock, locale: Locale): Report {
  const when = slackTime(takenAt, 'date_short_pretty');
  return noteView(textFor(locale).release.lock.locked(target, person(holder), when, escapeMrkdwn(reason)));
}

export function unlockedView({ target, takenAt }: TargetLock, by: Person, locale: Locale): Report {
  const when = slackTime(takenAt, 'date_short_pretty');
  return noteView(textFor(locale).release.lock.unlocked(target, person(by), when));
}
