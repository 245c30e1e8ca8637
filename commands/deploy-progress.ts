import { UserError } from '../src/conversation/errors.js';
import type { Click } from '../src/conversation/subcommand.js';
import type { Person } from '../src/domain/person.js';
import type { Access } from '../src/release/access.js';
import type { ReleaseAnswers } from '../src/release/engine/release-answers.js';
import { section } from '../views/blocks.js';
import { CANCEL_ACTION } from '../views/deploy-progress.js';
import { textFor } from '../views/text/index.js';

interface ProgressServices {
  readonly answers: ReleaseAnswers;
  readonly access: Pick<Access, 'mayAct'>;
}

/** The button of a release under way that stops it. */
export const progressActions: Readonly<
  Record<string, (click: Click, services: ProgressServices) => Promise<void>>
> = {
  [CANCEL_ACTION]: cancel,
};

async function cancel(click: Click, services: ProgressServices): Promise<void> {
  const release = await services.answers.get(click.value);
  // Who asked for it may take it back; so may whoever may stop the strategy.
  if (release?.requestedBy.id !== click.person.id) await assertOperator(services, click.person);
  const text = textFor(click.locale).deploy;
  const isDone = await services.answers.cancel(click.value, click.person, text.cancelReason);
  if (!isDone) await tooLate(click);
}

export async function tooLate(click: Click): Promise<void> {
  const { alreadyOver } = textFor(click.locale).deploy;
  await click.whisper({ text: alreadyOver, blocks: [section(alreadyOver)] });
}

export async function assertOperator(
  { access }: Pick<ProgressServices, 'access'>,
  person: Person,
): Promise<void> {
  const decision = await access.mayAct('operator', person, { fresh: true });
  if (decision.kind === 'allowed') return;
  throw new UserError('forbidden', { act: 'steer_release', who: decision.who });
}
