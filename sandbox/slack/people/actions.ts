import type { JsonObject } from '../block-kit/rule.js';
import { elementsOf, everyBlock } from '../block-kit/walk.js';
import type { Core } from '../core.js';
import type { Courier } from '../delivery/courier.js';
import type { Ack } from '../delivery/transport.js';
import type { Member, Message, StateValues, View } from '../model.js';
import { stateOf } from './input-state.js';
import { messageActionPayload, viewActionPayload } from './payloads.js';

/** Where an element stands. */
export type Place = { readonly message: Message } | { readonly view: View };

export interface ActionTaken {
  readonly person: Member;
  readonly place: Place;
  /** Needed only where an action_id stands in more than one block. */
  readonly blockId?: string;
  readonly actionId: string;
  /** What the element holds now: `{ selected_option }` of a select, nothing more for a button. */
  readonly payload: JsonObject;
  /** What stands in the inputs around it. */
  readonly state: StateValues;
}

export function findElement(
  blocks: readonly JsonObject[],
  actionId: string,
  blockId?: string,
): { block: JsonObject; element: JsonObject } | undefined {
  for (const [block] of everyBlock(blocks, '')) {
    if (blockId !== undefined && block.block_id !== blockId) continue;
    const found = elementsOf(block).find(([element]) => element.action_id === actionId);
    if (found) return { block, element: found[0] };
  }
  return undefined;
}

const ECHOED = ['text', 'value', 'url', 'style', 'confirm', 'placeholder', 'icon'];

function actionObject(block: JsonObject, element: JsonObject, payload: JsonObject, ts: string): JsonObject {
  const initial = Object.keys(element).filter((name) => name.startsWith('initial_'));
  const echoed = [...ECHOED, ...initial].filter((name) => element[name] !== undefined);
  return {
    type: element.type,
    action_id: element.action_id,
    block_id: block.block_id,
    ...Object.fromEntries(echoed.map((name) => [name, element[name]])),
    ...payload,
    action_ts: ts,
  };
}

function label(element: JsonObject): string {
  const text = element.text as { text?: string } | undefined;
  return text?.text ?? String(element.action_id);
}

/** The person uses an element. @throws Error when it is not on the screen (any more). */
export async function takeAction(core: Core, courier: Courier, action: ActionTaken): Promise<Ack> {
  const { person, place } = action;
  const { workspace } = core;
  const blocks = 'message' in place ? place.message.blocks : place.view.content.blocks;
  const found = findElement(blocks, action.actionId, action.blockId);
  if (!found) throw new Error(`There is no element "${action.actionId}" to use: it may have been replaced.`);
  const taken = actionObject(found.block, found.element, action.payload, workspace.nextTs());
  const values = stateOf(blocks, action.state);
  if ('view' in place) place.view.values = values;
  const payload =
    'message' in place
      ? messageActionPayload(core, person, place.message, channelOf(core, place.message), taken, values)
      : viewActionPayload(core, person, place.view, taken);
  const ack = await courier.deliver({ kind: 'interactive', payload });
  if (!ack.ok) {
    const channel = 'message' in place ? { channel: place.message.channel } : {};
    const text = `"${label(found.element)}" failed with the error "${ack.error}"`;
    workspace.notify({ user: person.id, ...channel, text });
  }
  return ack;
}

function channelOf(core: Core, message: Message) {
  const channel = core.workspace.channel(message.channel);
  if (!channel) throw new Error(`The channel ${message.channel} does not exist.`);
  return channel;
}
