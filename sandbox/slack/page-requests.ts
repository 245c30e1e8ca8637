import type { Core } from './core.js';
import type { Courier } from './delivery/courier.js';
import type { StateValues } from './model.js';
import { type Place, takeAction } from './people/actions.js';
import { closeView, submitView } from './people/submissions.js';
import type { Directory, PersonDriver } from './person-driver.js';
import type { Misbehaviour, PageRequest } from './protocol.js';

export interface PageRequestParts {
  readonly core: Core;
  readonly courier: Courier;
  readonly driver: PersonDriver;
  readonly directory: Directory;
  causeIncident(incident: { id: string; host: string; active: boolean }): Promise<void>;
  misbehave(misbehaviour: Misbehaviour): void;
  dropSocket(): void;
}

type ActionRequest = Extract<PageRequest, { type: 'action' }>;

function placeOf({ core }: PageRequestParts, request: ActionRequest): Place {
  const { container } = request;
  const { workspace } = core;
  if (container.kind === 'message') {
    const message = workspace.message(container.channel, container.ts);
    if (message && (message.ephemeralFor ?? request.user) === request.user) return { message };
    throw new Error('This message is gone.');
  }
  const view =
    container.kind === 'home' ? workspace.views.home(request.user) : workspace.views.find(container.viewId);
  if (!view || view.user !== request.user) throw new Error('This view is gone.');
  return { view };
}

function openView({ core }: PageRequestParts, user: string, viewId: string) {
  const view = core.workspace.views.stack(user).at(-1);
  if (!view || view.id !== viewId) throw new Error('This view is gone.');
  return view;
}

/** Does what a person at the page asks for. @throws Error with a sentence for that person. */
export function createPageRequests(parts: PageRequestParts): (request: PageRequest) => Promise<unknown> {
  const { core, courier, driver, directory } = parts;
  return async (request) => {
    switch (request.type) {
      case 'say':
        return request.text.startsWith('/')
          ? driver.runCommand(request.user, request.channel, request.text, request.threadTs)
          : driver.say(request.user, request.channel, request.text, request.threadTs);
      case 'action':
        return takeAction(core, courier, {
          person: directory.person(request.user),
          place: placeOf(parts, request),
          blockId: request.blockId,
          actionId: request.actionId,
          payload: request.payload,
          state: (request.state ?? {}) as StateValues,
        });
      case 'submit': {
        const view = openView(parts, request.user, request.viewId);
        const values = request.state as StateValues;
        return submitView(core, courier, directory.person(request.user), view, values);
      }
      case 'close_modal': {
        const view = openView(parts, request.user, request.viewId);
        return closeView(core, courier, directory.person(request.user), view);
      }
      case 'open_home':
        return driver.openHome(request.user);
      case 'incident':
        return parts.causeIncident(request);
      case 'misbehave':
        return parts.misbehave(request.misbehaviour);
      case 'drop_socket':
        return parts.dropSocket();
      default:
        throw new Error('The page asked for something unknown.');
    }
  };
}
