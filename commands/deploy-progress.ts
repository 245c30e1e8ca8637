import { UserError } from '../src/conversation/errors.js';
import type { Click } from '../src/conversation/subcommand.js';
import type { Person } from '../src/domain/person.js';
import type { Access } from '../src/release/access.js';
import type { ReleaseAnswers } from '../src/release/engine/release-answers.js';
import { section } from '../views/blocks.js';
import { CANCEL_ACTION, WAS_DONE_ACTION, WAS_NOT_DONE_ACTION } from '../views/deploy-progress.js';
import { textFor } from '../views/text/index.js';

interface ProgressServices {
  readonly answers: ReleaseAnswers;
  readonly access: Pick<Access, 'mayAct'>;
}

/** The buttons of a release under way: to stop it, and to say what became of an interrupted step. */
export const progressActions: Readonly<
  Record<string, (click: Click, services: ProgressServices) => Promise<void>>
> = {
  [CANCEL_ACTION]: cancel,
  [WAS_DONE_ACTION]: (click, services) => answer(click, services, true),
  [WAS_NOT_DONE_ACTION]: (click, services) => answer(click, services, false),
};

async function cancel(click: Click, services: ProgressServices): Promise<void> {
  const release = await services.answers.get(click.value);
  // Who asked for it may take it back; so may whoever may stop the strategy.
  if (release?.requestedBy.id !== click.person.id) await assertOperator(services, click.person);
  const text = textFor(click.locale).deploy;
  const isDone = await services.answers.cancel(click.value, click.person, text.cancelReason);
  if (!isDone) await tooLate(click);
}

async function answer(click: Click, services: ProgressServices, wasDone: boolean): Promise<void> {
  await assertOperator(services, click.person);
  const [releaseId = '', position = ''] = click.value.split(' ');
  const isKnown = (await services.answers.get(releaseId)) !== undefined && /^\d{1,4}$/.test(position);
  const isDone =
    isKnown && (await services.answers.answer(releaseId, Number(position), click.person, wasDone));
  if (!isDone) await tooLate(click);
}

async function tooLate(click: Click): Promise<void> {
  const { alreadyOver } = textFor(click.locale).deploy;
  await click.whisper({ text: alreadyOver, blocks: [section(alreadyOver)] });
}

async function assertOperator({ access }: ProgressServices, person: Person): Promise<void> {
  const decision = await access.mayAct('operator', person, { fresh: true });
  if (decision.kind === 'allowed') return;
  throw new UserError('forbidden', { act: 'steer_release', who: decision.who });
}
