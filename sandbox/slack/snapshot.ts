import type { Core } from './core.js';
import { pageChannels, pageHome, pageMessage, pageModal } from './page-shapes.js';
import type { PageCommand, PageIncident, PageSnapshot } from './protocol.js';

/** Everything that a page shows when it is opened; ephemeral messages are gone by then, as on Slack. */
export function createSnapshot(
  { workspace, faults }: Core,
  parts: { commands: readonly PageCommand[]; incidents: readonly PageIncident[]; botConnected: boolean },
): PageSnapshot {
  const channels = workspace.channels();
  const people = workspace.members.filter((member) => member.role !== undefined);
  const messages = channels
    .flatMap((channel) => workspace.messages(channel.id))
    .filter((message) => message.ephemeralFor === undefined);
  return {
    type: 'snapshot',
    teamName: workspace.team.name,
    users: people.map(({ id, name, role }) => ({ id, name, role: role ?? '' })),
    userGroups: workspace.userGroups.map(({ id, handle }) => ({ id, name: handle })),
    channels: pageChannels(workspace),
    messages: messages.map((message) => pageMessage(workspace, message)),
    homes: workspace.views.homes().map(pageHome),
    modals: people.flatMap(({ id }) =>
      workspace.views.stack(id).map((view, index) => pageModal(view, index + 1)),
    ),
    commands: [...parts.commands],
    incidents: [...parts.incidents],
    misbehaviour: faults.current,
    botConnected: parts.botConnected,
  };
}
