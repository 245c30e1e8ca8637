import { z } from 'zod';
import {
  type Click,
  type Conversation,
  EXIT,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { HaltKind } from '../src/domain/halt.js';
import type { PreviousModelPlan } from '../src/domain/previous-model.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import type { HaltHandle } from '../src/halt/live-halt.js';
import type { Target } from '../src/runbook/targets.js';
import {
  previousModelBlocks,
  previousModelLoadingModal,
  previousModelModal,
  previousModelSentence,
  rollbackNoteModal,
  rollbackReportModal,
} from '../views/rollback-modals.js';
import { alreadyHaltingView } from '../views/rollback-report.js';
import { assertMayHalt } from './rollback-access.js';
import { parseTarget } from './target-argument.js';

const restoreRequest = z.object({ target: z.string(), releaseId: z.string() });

/** Shows what *Previous model* would restore, and asks once. */
export async function showPreviousModel(click: Click, services: KillSwitchServices): Promise<void> {
  const target = parseTarget([click.value], services.targets, '[target]');
  await assertMayHalt(click.person, services, { target: target.name, act: 'previous_model' });
  await click.openModal(previousModelLoadingModal(click.locale), async () =>
    previousModelModal(await services.previousModel.plan(target), click.locale),
  );
}

/** Restores what was shown; what has changed since is shown again instead. */
export async function restorePreviousModel(click: Click, services: KillSwitchServices): Promise<void> {
  const request = restoreRequest.parse(JSON.parse(click.value));
  const target = parseTarget([request.target], services.targets, '[target]');
  await assertMayHalt(click.person, services, { target: target.name, act: 'previous_model' });
  const answer = await services.previousModel.plan(target);
  const isSame = answer.kind === 'plan' && answer.plan.releaseId === request.releaseId;
  if (!isSame) {
    await click.modal?.update(rollbackNoteModal('changed', click.locale));
    return;
  }
  const handle = await begin(answer.plan, target, click, services);
  if (handle.joined) return tellJoined(handle, click, 'previous_model');
  services.announceHalt?.(
    handle,
    click.channel || (target.channels?.reports ?? click.person.id),
    click.whisper,
  );
  await click.modal?.update(rollbackNoteModal('started', click.locale));
  await handle.done;
}

/** Who came later is told who acted and what happens, once: in the window where they clicked, else for them alone. */
export async function tellJoined(
  handle: HaltHandle,
  { modal, whisper, locale }: Click,
  asked?: HaltKind,
): Promise<void> {
  const report = alreadyHaltingView(handle.current(), locale, asked);
  await (modal === undefined ? whisper(report) : modal.update(rollbackReportModal(report, locale)));
}

/** The same in a terminal, where the flag itself is the asking. */
export async function restoreFromTerminal(
  target: Target,
  conversation: Conversation,
  services: KillSwitchServices,
  follow: (handle: HaltHandle) => Promise<SubcommandResult>,
  reason: string | undefined,
): Promise<SubcommandResult> {
  const answer = await services.previousModel.plan(target);
  if (answer.kind !== 'plan') {
    const sentence = previousModelSentence(answer, conversation.locale);
    await conversation.whisper({ text: sentence, blocks: [] });
    const isAway = answer.kind === 'database_away' || answer.kind === 'host_away';
    return { exitCode: isAway ? EXIT.unavailable : EXIT.noGo, json: { refused: answer } };
  }
  await conversation.whisper({ text: '', blocks: previousModelBlocks(answer.plan, conversation.locale) });
  return follow(await begin(answer.plan, target, conversation, services, reason));
}

async function begin(
  plan: PreviousModelPlan,
  target: Target,
  { person }: Conversation,
  { previousModel, killSwitch }: KillSwitchServices,
  reason?: string,
): Promise<HaltHandle> {
  // Where a halt goes on nothing is restored: this one joins it.
  const running = killSwitch.running(target.name)?.current();
  if (running === undefined || running.endedAt !== null) await previousModel.putBack(target, plan);
  const wantedOf = Object.fromEntries(plan.hosts.map(({ host, wanted }) => [host, wanted]));
  const { replaced } = plan;
  return killSwitch.start({
    target,
    kind: 'previous_model',
    requestedBy: person,
    wantedOf,
    replaced,
    reason,
  });
}
