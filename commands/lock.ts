import {
  type Conversation,
  EXIT,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Report } from '../src/domain/report.js';
import { lockedView, refusedLockView, unlockedView } from '../views/lock.js';
import { refusalAsText, refusalView } from '../views/release-sentence.js';
import type { DeployServices } from './deploy-services.js';
import { LOCK_USAGE, parseLockWords, parseUnlockWords, UNLOCK_USAGE } from './lock-words.js';

/** No deploy of the target until it is unlocked; a rollback goes through. */
export const lock: Subcommand<DeployServices> = {
  name: 'lock',
  audience: 'operator',
  usage: LOCK_USAGE,
  async run(words, conversation, services) {
    const { target, forMs, reason } = parseLockWords(words, services.targets);
    return forEach(target?.name, conversation, services, async ({ releases }, name) => {
      const { person, locale } = conversation;
      const result = await releases.lock({ target: name, person, reason, forMs });
      if (result.kind === 'refused') return result;
      const { lock: taken, running } = result;
      const report = lockedView(taken, running, { locale, hasButtons: person.surface === 'slack' });
      return { kind: 'done', report, json: { locked: true, lock: taken, running: running ?? null } };
    });
  },
};

export const unlock: Subcommand<DeployServices> = {
  name: 'unlock',
  audience: 'operator',
  usage: UNLOCK_USAGE,
  async run(words, conversation, services) {
    const target = parseUnlockWords(words, services.targets);
    return forEach(target?.name, conversation, services, async ({ releases }, name) => {
      const { person, locale } = conversation;
      const result = await releases.unlock({ target: name, person });
      if (result.kind === 'refused') return result;
      const report = unlockedView(result.lock, person, locale);
      return { kind: 'done', report, json: { locked: false, lock: result.lock } };
    });
  },
};

type Done =
  | { readonly kind: 'done'; readonly report: Report; readonly json: object }
  | { readonly kind: 'refused'; readonly refusal: ReleaseRefusal };

/** One target, or all of them: then one that is refused leaves the others done, and is named. */
async function forEach(
  target: string | undefined,
  conversation: Conversation,
  services: DeployServices,
  act: (services: DeployServices, target: string) => Promise<Done>,
): Promise<SubcommandResult> {
  const { locale } = conversation;
  if (target !== undefined) {
    const done = await act(services, target);
    if (done.kind === 'refused') return refuse(conversation, done.refusal);
    services.homeChanged?.();
    return tell(conversation, done.report, EXIT.ok, done.json);
  }
  const reports: Report[] = [];
  const json: object[] = [];
  const refusals: ReleaseRefusal[] = [];
  for (const own of services.everyStrategy?.() ?? [services]) {
    for (const name of own.targets.targets.keys()) {
      const done = await act(own, name);
      if (done.kind === 'refused') refusals.push(done.refusal);
      reports.push(done.kind === 'refused' ? refusedLockView(name, done.refusal, locale) : done.report);
      json.push({
        target: name,
        ...(done.kind === 'refused' ? refusalJson(done.refusal, locale) : done.json),
      });
    }
  }
  const [forbidden] = refusals;
  if (forbidden?.code === 'not_allowed') return refuse(conversation, forbidden);
  services.homeChanged?.();
  const report = {
    text: reports.map(({ text }) => text).join('\n'),
    blocks: reports.flatMap(({ blocks }) => blocks),
  };
  // A target that nobody has locked is as it was asked for.
  const isDone = refusals.every(({ code }) => code === 'not_locked');
  return tell(conversation, report, isDone ? EXIT.ok : EXIT.noGo, { targets: json });
}

async function tell(
  conversation: Conversation,
  report: Report,
  exitCode: SubcommandResult['exitCode'],
  json: object,
): Promise<SubcommandResult> {
  const message = await conversation.post(report);
  await message.finish(report);
  return { exitCode, json };
}

async function refuse(conversation: Conversation, refusal: ReleaseRefusal): Promise<SubcommandResult> {
  await conversation.whisper(refusalView([refusal], conversation.locale));
  return { exitCode: EXIT.noGo, json: refusalJson(refusal, conversation.locale) };
}

const refusalJson = (refusal: ReleaseRefusal, locale: Conversation['locale']) => ({
  refusal: { ...refusal, message: refusalAsText(refusal, locale) },
});
