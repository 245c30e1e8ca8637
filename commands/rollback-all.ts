import {
  type Click,
  type Conversation,
  EXIT,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { HaltKind } from '../src/domain/halt.js';
import { commandsByHand } from '../src/halt/commands-by-hand.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import { haltAllView, rollbackAllView } from '../views/rollback-all.js';
import { assertMayHalt } from './rollback-access.js';

type AllKind = Exclude<HaltKind, 'previous_model'>;

const strategiesOf = (services: KillSwitchServices): readonly KillSwitchServices[] =>
  services.everyStrategy?.() ?? [services];
const targetsOf = (services: KillSwitchServices) =>
  strategiesOf(services).flatMap((own) =>
    [...own.targets.targets.values()].map((target) => ({ own, target })),
  );

/** What can be done with every target, where nobody said what. */
export async function showAll(
  conversation: Conversation,
  services: KillSwitchServices,
): Promise<SubcommandResult> {
  const isTerminal = conversation.person.surface === 'terminal';
  const names = targetsOf(services).map(({ target }) => target.name);
  const report = rollbackAllView(names, isTerminal, conversation.locale);
  await (await conversation.post(report)).finish(report);
  // A script that forgot the form must not take this for a halt.
  return { exitCode: isTerminal ? EXIT.usage : EXIT.ok, json: { targets: names } };
}

/** Halts every target of every strategy in the same moment; one message shows them all, and each calls its own operators. */
export async function haltAll(
  kind: AllKind,
  reason: string | undefined,
  conversation: Conversation,
  services: KillSwitchServices,
): Promise<SubcommandResult> {
  const { person, locale, channel } = conversation;
  if (person.surface !== 'terminal') await assertMayHalt(person, services, { target: null, act: kind });
  const begun = targetsOf(services).map(({ own, target }) => {
    const handle = own.killSwitch.start({ target, kind, reason, requestedBy: person });
    return { target, handle, commands: commandsByHand(target) };
  });
  for (const { handle } of begun) if (!handle.joined) services.callForHalt?.(handle, channel);
  const view = () =>
    haltAllView(
      begun.map(({ handle, commands }) => ({ halt: handle.current(), commands })),
      locale,
    );
  const message = await conversation.post(view()).catch(() => undefined);
  const ends = begun.map(({ handle }) => handle.subscribe(() => message?.update(view())));
  const halts = await Promise.all(begun.map(({ handle }) => handle.done));
  for (const end of ends) end();
  const stands = await message?.finish(view()).then(
    () => true,
    () => false,
  );
  // What no one message tells each halt owes by itself.
  if (stands !== true)
    for (const { handle, target } of begun)
      services.announceHalt?.(
        handle,
        channel || (target.channels?.reports ?? person.id),
        conversation.whisper,
      );
  const isProved = halts.every(({ state }) => state === 'verified');
  return { exitCode: isProved ? EXIT.ok : EXIT.noGo, json: { halts } };
}

/** On the Home or below a message; the button has asked. */
export async function haltAllFromClick(
  kind: AllKind,
  click: Click,
  services: KillSwitchServices,
): Promise<void> {
  const { postIn, targets } = services;
  const reports = targets.targets.get(targets.defaultTarget)?.channels?.reports;
  const isHome = click.channel === '' && postIn !== undefined && reports !== undefined;
  const place = isHome
    ? { ...click, channel: reports, post: (report: Parameters<Click['post']>[0]) => postIn(reports, report) }
    : click;
  await haltAll(kind, undefined, place, services);
}
