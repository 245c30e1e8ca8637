import {
  type Click,
  type Conversation,
  EXIT,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { ServiceCommandsByHost } from '../src/domain/commands-by-hand.js';
import type { Halt, HaltKind } from '../src/domain/halt.js';
import { commandsByHand } from '../src/halt/commands-by-hand.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import type { HaltHandle } from '../src/halt/live-halt.js';
import { haltAllView, rollbackAllView } from '../views/rollback-all.js';
import { assertMayHalt } from './rollback-access.js';

type AllKind = Exclude<HaltKind, 'previous_model'>;

const strategiesOf = (services: KillSwitchServices): readonly KillSwitchServices[] =>
  services.everyStrategy?.() ?? [services];
const targetsOf = (services: KillSwitchServices) =>
  strategiesOf(services).flatMap((own) =>
    [...own.targets.targets.values()].map((target) => ({ own, target })),
  );

/** Whether the strategy can end its entries alone. */
export const offersEntries = ({ killSwitch }: Pick<KillSwitchServices, 'killSwitch'>): boolean =>
  killSwitch.closeOnly !== undefined;

const notOfferingEntries = (services: KillSwitchServices): readonly string[] =>
  targetsOf(services).flatMap(({ own, target }) => (offersEntries(own) ? [] : [target.name]));

/**
 * What can be done with every target, where nobody said what.
 * @param isRefused what was asked for cannot be done with all of them
 */
export async function showAll(
  conversation: Conversation,
  services: KillSwitchServices,
  isRefused = false,
): Promise<SubcommandResult> {
  const isTerminal = conversation.person.surface === 'terminal';
  const names = targetsOf(services).map(({ target }) => target.name);
  const notOffering = notOfferingEntries(services);
  const report = rollbackAllView({ targets: names, isTerminal, notOffering }, conversation.locale, isRefused);
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
  const { person, channel } = conversation;
  if (person.surface !== 'terminal') await assertMayHalt(person, services, { target: null, act: kind });
  if (kind === 'stop_entries' && notOfferingEntries(services).length > 0)
    return showAll(conversation, services, true);
  const begun = targetsOf(services).map(({ own, target }) => {
    const handle = own.killSwitch.start({ target, kind, reason, requestedBy: person });
    return { target, handle, commands: commandsByHand(target) };
  });
  const place =
    channel || (services.targets.targets.get(services.targets.defaultTarget)?.channels?.reports ?? person.id);
  const handles = begun.map(({ handle }) => handle);
  services.announceAllHalts?.(handles, place, conversation.whisper);
  const halts =
    person.surface === 'terminal'
      ? await followAll(begun, conversation)
      : await Promise.all(handles.map(({ done }) => done));
  const isProved = halts.every(({ state }) => state === 'verified');
  return { exitCode: isProved ? EXIT.ok : EXIT.noGo, json: { halts } };
}

/** One message shows them all, as they get on. */
async function followAll(
  begun: readonly { readonly handle: HaltHandle; readonly commands: ServiceCommandsByHost }[],
  { post, locale }: Conversation,
): Promise<readonly Halt[]> {
  const view = () =>
    haltAllView(
      begun.map(({ handle, commands }) => ({ halt: handle.current(), commands })),
      { locale },
    );
  const message = await post(view());
  const ends = begun.map(({ handle }) => handle.subscribe(() => message.update(view())));
  const halts = await Promise.all(begun.map(({ handle }) => handle.done));
  for (const end of ends) end();
  await message.finish(view());
  return halts;
}

/** On the Home or below a message; the button has asked. */
export async function haltAllFromClick(
  kind: AllKind,
  click: Click,
  services: KillSwitchServices,
): Promise<void> {
  await haltAll(kind, undefined, click, services);
}
