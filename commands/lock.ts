import { UsageError } from '../src/conversation/errors.js';
import {
  type Conversation,
  EXIT,
  type Report,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import { lockedView, unlockedView } from '../views/lock.js';
import { refusalAsText, refusalView } from '../views/release-sentence.js';
import type { DeployServices } from './deploy-services.js';
import { parseTarget } from './target-argument.js';

const LOCK_USAGE = '[target] REASON';

/** No deploy of the target until it is unlocked; a rollback goes through. */
export const lock: Subcommand<DeployServices> = {
  name: 'lock',
  audience: 'operator',
  usage: LOCK_USAGE,
  async run(words, conversation, { targets, releases, homeChanged }) {
    const [first = '', ...rest] = words;
    const isTarget = targets.targets.has(first);
    const target = parseTarget(isTarget ? [first] : [], targets, LOCK_USAGE);
    const reason = (isTarget ? rest : words).join(' ').trim();
    if (reason === '') {
      throw new UsageError('lock_reason_missing', {});
    }
    const result = await releases.lock({ target: target.name, person: conversation.person, reason });
    if (result.kind === 'refused') return refuse(conversation, result.refusal);
    homeChanged?.();
    return done(conversation, lockedView(result.lock, conversation.locale), {
      locked: true,
      lock: result.lock,
    });
  },
};

export const unlock: Subcommand<DeployServices> = {
  name: 'unlock',
  audience: 'operator',
  usage: '[target]',
  async run(words, conversation, { targets, releases, homeChanged }) {
    const target = parseTarget(words, targets, '[target]');
    const result = await releases.unlock({ target: target.name, person: conversation.person });
    if (result.kind === 'refused') return refuse(conversation, result.refusal);
    homeChanged?.();
    const report = unlockedView(result.lock, conversation.person, conversation.locale);
    return done(conversation, report, { locked: false, lock: result.lock });
  },
};

async function done(conversation: Conversation, report: Report, json: object): Promise<SubcommandResult> {
  const message = await conversation.post(report);
  await message.finish(report);
  return { exitCode: EXIT.ok, json };
}

async function refuse(conversation: Conversation, refusal: ReleaseRefusal): Promise<SubcommandResult> {
  await conversation.whisper(refusalView([refusal], conversation.locale));
  const told = { ...refusal, message: refusalAsText(refusal, conversation.locale) };
  return { exitCode: EXIT.noGo, json: { refusal: told } };
}
