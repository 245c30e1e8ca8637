import { isObject, type JsonObject } from './block-kit/rule.js';
import type { Core } from './core.js';
import type { Courier } from './delivery/courier.js';
import type { Ack } from './delivery/transport.js';
import type { Channel, Member, MessageRef, StateValues, View } from './model.js';
import { findElement, type Place, takeAction } from './people/actions.js';
import { runCommand } from './people/commands.js';
import { openHome, say } from './people/messages.js';
import { closeView, submitView } from './people/submissions.js';

/** A message, the modal on top, or the Home tab. */
export type ClickPlace = MessageRef | 'modal' | 'home';

/** What people do, by program. People and channels are named by id or by name (`alice`, `#random`). */
export interface PersonDriver {
  /** @returns when the app has acknowledged, or Slack has told the person why not. */
  runCommand(user: string, channel: string, line: string, threadTs?: string): Promise<Ack | undefined>;
  /** Writes a message. @returns where it stands. */
  say(user: string, channel: string, text: string, threadTs?: string): MessageRef;
  /**
   * Uses a button, or chooses in a select by the option's value; other inputs take their value object.
   * Where a message is a thread's or only for one person, it must be visible to that person.
   */
  click(user: string, place: ClickPlace, actionId: string, choice?: string | JsonObject): Promise<Ack>;
  /** Submits the modal on top. `values`: block_id → action_id → value object, or block_id → plain text. */
  submitModal(
    user: string,
    values?: Record<string, string | Record<string, JsonObject>>,
  ): Promise<Ack | undefined>;
  closeModal(user: string): Promise<void>;
  openHome(user: string): Promise<unknown>;
}

function chosen(element: JsonObject, choice: string | JsonObject | undefined): JsonObject {
  if (choice === undefined) return {};
  if (typeof choice !== 'string') return choice;
  const options = Array.isArray(element.options) ? element.options.filter(isObject) : [];
  const option = options.find((one) => one.value === choice);
  if (!option) throw new Error(`"${choice}" is not an option of "${element.action_id}".`);
  const many = element.type === 'checkboxes' || String(element.type).startsWith('multi_');
  return many ? { selected_options: [option] } : { selected_option: option };
}

function typedValues(view: View, values: Record<string, string | Record<string, JsonObject>>): StateValues {
  const entries = Object.entries(values).map(([blockId, value]) => {
    if (typeof value !== 'string') return [blockId, value] as const;
    const block = view.content.blocks.find((one) => one.block_id === blockId);
    if (!block || !isObject(block.element)) throw new Error(`The modal has no input "${blockId}".`);
    const { type, action_id: actionId } = block.element;
    const state = Array.isArray(block.element.options) ? chosen(block.element, value) : { value };
    return [blockId, { [String(actionId)]: { type, ...state } }] as const;
  });
  return Object.fromEntries(entries);
}

export interface Directory {
  person(idOrName: string): Member;
  channel(idOrName: string): Channel;
  topView(user: string): View;
}

/** Finds people and channels by id or by name. Its functions throw an Error that names what is missing. */
export function createDirectory(core: Core): Directory {
  const { workspace } = core;
  const person = (key: string) => {
    const member = workspace.members.find((one) => one.id === key || one.name === key);
    if (!member) throw new Error(`There is no person "${key}".`);
    return member;
  };
  return {
    person,
    channel(key) {
      const found = workspace.channels().find((one) => one.id === key || `#${one.name}` === key);
      if (!found) throw new Error(`There is no channel "${key}".`);
      return found;
    },
    topView(user) {
      const view = workspace.views.stack(person(user).id).at(-1);
      if (!view) throw new Error(`${user} has no modal open.`);
      return view;
    },
  };
}

export function createPersonDriver(
  core: Core,
  courier: Courier,
  directory: Directory,
  commands: readonly string[],
): PersonDriver {
  const { workspace } = core;

  function placeOf(person: Member, place: ClickPlace): Place {
    if (place === 'modal') return { view: directory.topView(person.id) };
    if (place === 'home') {
      const view = workspace.views.home(person.id);
      if (!view) throw new Error(`${person.name} has no Home tab yet.`);
      return { view };
    }
    const message = workspace.message(place.channel, place.ts);
    const visible = message && (message.ephemeralFor ?? person.id) === person.id;
    if (!visible) throw new Error(`${person.name} sees no message ${place.ts}.`);
    return { message };
  }

  return {
    async runCommand(user, channel, line, threadTs) {
      const where = { person: directory.person(user), channel: directory.channel(channel) };
      return runCommand(core, courier, commands, { ...where, line, inThread: threadTs !== undefined });
    },
    say(user, channel, text, threadTs) {
      return say(core, courier, directory.person(user), directory.channel(channel), text, threadTs);
    },
    async click(user, where, actionId, choice) {
      const person = directory.person(user);
      const place = placeOf(person, where);
      const blocks = 'message' in place ? place.message.blocks : place.view.content.blocks;
      const element = findElement(blocks, actionId)?.element ?? {};
      const state = 'view' in place ? place.view.values : {};
      return takeAction(core, courier, { person, place, actionId, payload: chosen(element, choice), state });
    },
    async submitModal(user, values = {}) {
      const view = directory.topView(user);
      return submitView(core, courier, directory.person(user), view, typedValues(view, values));
    },
    async closeModal(user) {
      await closeView(core, courier, directory.person(user), directory.topView(user));
    },
    openHome: (user) => openHome(core, courier, directory.person(user)),
  };
}
