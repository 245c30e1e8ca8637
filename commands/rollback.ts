import { UsageError } from '../src/conversation/errors.js';
import {
  type Click,
  type Conversation,
  EXIT,
  type ExitCode,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import { type Halt, type HaltKind, type HaltState, isSettled } from '../src/domain/halt.js';
import type { Report } from '../src/domain/report.js';
import { targetNamed } from '../src/domain/target-named.js';
import { commandsByHand } from '../src/halt/commands-by-hand.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import type { LatestHalt } from '../src/halt/latest-halt.js';
import type { HaltHandle } from '../src/halt/live-halt.js';
import type { Target } from '../src/runbook/targets.js';
import {
  ADD_REASON_ACTION,
  DISABLE_ACTION,
  DISABLE_ALL_ACTION,
  DISABLE_CONFIRMED_ACTION,
  FLATTEN_ACTION,
  PREVIOUS_MODEL_ACTION,
  RESTORE_ACTION,
  STOP_ACTION,
  STOP_ALL_ACTION,
  STOP_ENTRIES_ACTION,
  STOP_ENTRIES_ALL_ACTION,
} from '../views/rollback-buttons.js';
import { confirmDisableModal, REASON_CALLBACK, rollbackNoteModal } from '../views/rollback-modals.js';
import { alreadyHaltingView, haltReportView } from '../views/rollback-report.js';
import { rollbackStatusView } from '../views/rollback-status.js';
import { assertMayHalt } from './rollback-access.js';
import { haltAll, haltAllFromClick, offersEntries, showAll } from './rollback-all.js';
import { flattenPositions } from './rollback-flatten.js';
import {
  restoreFromTerminal,
  restorePreviousModel,
  showPreviousModel,
  tellJoined,
} from './rollback-previous.js';
import { askReason, takeReason } from './rollback-reason.js';
import { KILL_SWITCH_NAMES } from './rollback-synonyms.js';
import { asksToHalt, parseRollbackWords, targetsToShow, targetToHalt } from './rollback-words.js';
import { parseTarget } from './target-argument.js';

const usage = '[target | --all] [--disable | --stop | --stop-entries | --previous-model] [--reason TEXT]';

/** Section 6: the kill switch. */
export const rollback: Subcommand<KillSwitchServices> = {
  name: 'rollback',
  section: '6',
  audience: 'operator',
  usage,
  async run(words, conversation, services) {
    const { targets } = services;
    const isTerminal = conversation.person.surface === 'terminal';
    try {
      const asked = parseRollbackWords(words, (word) => targetNamed(targets.targets, word) !== undefined);
      const { kind } = asked;
      if (asked.isAll) {
        if (kind === 'previous_model') throw new UsageError('rollback_all_models', {});
        if (kind === undefined) return await showAll(conversation, services);
        return await haltAll(kind, asked.reason, conversation, services);
      }
      const { target, reason } = targetToHalt(asked, targets, usage);
      if (kind === undefined) return await showState(target, conversation, services);
      if (kind === 'stop_entries' && !offersEntries(services))
        return await showState(target, conversation, services, services.killSwitch.strategy);
      if (isTerminal) return await haltFromTerminal({ target, kind, reason }, conversation, services);
      // What the previous model is must be seen before it is asked for: the buttons show it.
      if (kind === 'previous_model') return await showState(target, conversation, services);
      return await haltFromSlack({ target, kind, reason }, conversation, services);
    } catch (error) {
      // Who wants to stop it and was not understood needs no lesson first, but the buttons.
      if (error instanceof UsageError && !isTerminal)
        for (const target of targetsToShow(words, targets)) await showState(target, conversation, services);
      throw error;
    }
  },
  actions: {
    [DISABLE_ACTION]: (click, services) =>
      asksFirst(click, services)
        ? click.openModal(confirmDisableModal(click.value, click.locale), async () =>
            confirmDisableModal(click.value, click.locale),
          )
        : haltFromClick('disable', click, services),
    [DISABLE_CONFIRMED_ACTION]: (click, services) => haltFromClick('disable', click, services),
    [DISABLE_ALL_ACTION]: (click, services) => haltAllFromClick('disable', click, services),
    [STOP_ALL_ACTION]: (click, services) => haltAllFromClick('stop', click, services),
    [STOP_ENTRIES_ACTION]: (click, services) => haltFromClick('stop_entries', click, services),
    [STOP_ENTRIES_ALL_ACTION]: (click, services) => haltAllFromClick('stop_entries', click, services),
    [STOP_ACTION]: (click, services) => haltFromClick('stop', click, services),
    [PREVIOUS_MODEL_ACTION]: showPreviousModel,
    [RESTORE_ACTION]: restorePreviousModel,
    [FLATTEN_ACTION]: flattenPositions,
    [ADD_REASON_ACTION]: askReason,
  },
  submissions: { [REASON_CALLBACK]: takeReason },
  urgent: [
    DISABLE_ACTION,
    DISABLE_CONFIRMED_ACTION,
    STOP_ACTION,
    DISABLE_ALL_ACTION,
    STOP_ALL_ACTION,
    STOP_ENTRIES_ACTION,
    STOP_ENTRIES_ALL_ACTION,
  ],
  urgentWords: ['--disable', '--stop', '--stop-entries'],
  hears: asksToHalt,
  alsoCalled: KILL_SWITCH_NAMES,
};

/** A setting of the target, off unless told: the safe direction should not ask. */
const asksFirst = ({ value }: Click, { targets }: KillSwitchServices): boolean =>
  targets.targets.get(value)?.rollback.confirm ?? false;

/** One click: the hosts first, then everything that is said about it. */
async function haltFromClick(kind: HaltKind, click: Click, services: KillSwitchServices): Promise<void> {
  const { person, locale } = click;
  const target = parseTarget([click.value], services.targets, usage);
  await assertMayHalt(person, services, { target: target.name, act: kind });
  // An old message may show a button that the runbook no longer bears out.
  if (kind === 'stop_entries' && !offersEntries(services))
    return click.whisper(stateView(target, click, services, undefined, services.killSwitch.strategy));
  const handle = services.killSwitch.start({ target, kind, requestedBy: person });
  if (handle.joined) return tellJoined(handle, click, kind);
  services.announceHalt?.(handle, click.channel || (target.channels?.reports ?? person.id), click.whisper);
  await click.modal?.update(rollbackNoteModal('started', locale));
  await handle.done;
}

/** Typed as clicked: at once, for every operator. */
async function haltFromSlack(
  { target, kind, reason }: { target: Target; kind: HaltKind; reason: string | undefined },
  conversation: Conversation,
  services: KillSwitchServices,
): Promise<SubcommandResult> {
  const { person, locale, channel } = conversation;
  await assertMayHalt(person, services, { target: target.name, act: kind });
  const handle = services.killSwitch.start({ target, kind, reason, requestedBy: person });
  if (handle.joined) {
    const { haltId } = handle.current();
    if (reason !== undefined) await services.killSwitch.addReason(haltId, reason, person);
    await conversation.whisper(alreadyHaltingView(handle.current(), locale, kind));
    return { exitCode: EXIT.ok, json: handle.current() };
  }
  services.announceHalt?.(handle, channel || (target.channels?.reports ?? person.id), conversation.whisper);
  const halt = await handle.done;
  return { exitCode: exitCodeOf(halt), json: halt };
}

function stateView(
  target: Target,
  { locale, person }: Pick<Conversation, 'locale' | 'person'>,
  services: KillSwitchServices,
  latest: LatestHalt | undefined,
  refused?: string,
): Report {
  const { who } = services.operators;
  const isTerminal = person.surface === 'terminal';
  const known = { target: target.name, latest, who, isTerminal, refused };
  return rollbackStatusView({ ...known, offersEntries: offersEntries(services) }, locale);
}

/** @param refused the strategy that does not offer what was asked for */
async function showState(
  target: Target,
  conversation: Conversation,
  services: KillSwitchServices,
  refused?: string,
): Promise<SubcommandResult> {
  const { killSwitch } = services;
  const isTerminal = conversation.person.surface === 'terminal';
  const view = (latest: LatestHalt | undefined) => stateView(target, conversation, services, latest, refused);
  // The buttons first: what was last the database may take its time to say.
  const looking = killSwitch.latest(target.name);
  const message = isTerminal ? undefined : await conversation.post(view(undefined));
  const latest = await looking;
  const report = view(latest);
  await (message ?? (await conversation.post(report))).finish(report);
  const { halt, isUncertain } = latest;
  // A script that forgot the form must not take the state for a halt.
  const exitCode = isTerminal ? EXIT.usage : EXIT.ok;
  return { exitCode, json: { target: target.name, latest: halt ?? null, isUncertain } };
}

async function haltFromTerminal(
  { target, kind, reason }: { target: Target; kind: HaltKind; reason: string | undefined },
  conversation: Conversation,
  services: KillSwitchServices,
): Promise<SubcommandResult> {
  const follow = (handle: HaltHandle) => followInTerminal(handle, target, conversation);
  if (kind === 'previous_model') return restoreFromTerminal(target, conversation, services, follow, reason);
  return follow(services.killSwitch.start({ target, kind, reason, requestedBy: conversation.person }));
}

async function followInTerminal(
  handle: HaltHandle,
  target: Target,
  conversation: Conversation,
): Promise<SubcommandResult> {
  const commands = commandsByHand(target);
  const view = (halt: Halt) =>
    haltReportView(halt, { locale: conversation.locale, commands, section4: 'not_run' });
  const message = await conversation.post(view(handle.current()));
  const unsubscribe = handle.subscribe((halt) => message.update(view(halt)));
  const halt = await handle.done;
  unsubscribe();
  await message.finish(view(halt));
  return { exitCode: exitCodeOf(halt), json: halt };
}

const EXIT_OF: Readonly<Record<HaltState, ExitCode>> = {
  halting: EXIT.internal,
  verified: EXIT.ok,
  not_verified: EXIT.noGo,
};

function exitCodeOf(halt: Halt): ExitCode {
  const isAway = halt.hosts.every((host) => !isSettled(host, halt.kind) && host.fault === 'not_answering');
  return isAway ? EXIT.unavailable : EXIT_OF[halt.state];
}
