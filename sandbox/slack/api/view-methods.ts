import { isObject, type JsonObject } from '../block-kit/rule.js';
import { viewFaults } from '../block-kit/surfaces.js';
import type { Core } from '../core.js';
import type { View } from '../model.js';
import { apiView } from './api-shapes.js';
import type { Arguments } from './arguments.js';
import { type Methods, TIER } from './method.js';
import { blockError, invalidArguments, SlackError } from './slack-error.js';

const VIEW_BYTES = 250_000;
/** A modal is one view and at most two more on top of it. */
export const STACK_DEPTH = 3;

/** @throws SlackError with Slack's words when the view may not be shown. */
export function checkedView(view: unknown, type: 'modal' | 'home'): JsonObject {
  if (!isObject(view)) throw invalidArguments('missing required field: view');
  if (Buffer.byteLength(JSON.stringify(view)) > VIEW_BYTES) throw new SlackError('view_too_large');
  const faults = viewFaults(view, type);
  if (faults.length > 0) throw blockError('invalid_arguments', faults);
  return view;
}

function readView(args: Arguments, type: 'modal' | 'home'): JsonObject {
  return checkedView(args.json('view', 'invalid_arguments'), type);
}

function refuseDuplicate(core: Core, view: JsonObject, except?: View): void {
  const id = view.external_id;
  if (typeof id !== 'string' || id === '') return;
  const holder = core.workspace.views.findExternal(id);
  if (holder && holder !== except) throw new SlackError('duplicate_external_id');
}

/** The person behind a trigger. The view is checked first: a faulty one does not use the trigger up. */
function exchange(args: Arguments, core: Core): string {
  const result = core.triggers.exchange(args.required('trigger_id'));
  if ('refused' in result) throw new SlackError(result.refused);
  return result.user;
}

function open(args: Arguments, core: Core): JsonObject {
  const content = readView(args, 'modal');
  refuseDuplicate(core, content);
  const view = core.workspace.views.open(exchange(args, core), content);
  return { view: apiView(core.workspace, view) };
}

function push(args: Arguments, core: Core): JsonObject {
  const content = readView(args, 'modal');
  refuseDuplicate(core, content);
  const user = exchange(args, core);
  const depth = core.workspace.views.stack(user).length;
  if (depth === 0) throw new SlackError('not_found');
  if (depth >= STACK_DEPTH) throw new SlackError('push_limit_reached');
  return { view: apiView(core.workspace, core.workspace.views.push(user, content)) };
}

function refuseOldHash(args: Arguments, view: View): void {
  const hash = args.text('hash');
  if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
}

function update(args: Arguments, core: Core): JsonObject {
  const { views } = core.workspace;
  const [id, externalId] = [args.text('view_id'), args.text('external_id')];
  if (id === undefined && externalId === undefined) throw invalidArguments('missing required field: view_id');
  const view = id === undefined ? views.findExternal(externalId ?? '') : views.find(id);
  if (!view) throw new SlackError('not_found');
  const content = readView(args, view.type);
  refuseDuplicate(core, content, view);
  refuseOldHash(args, view);
  views.update(view, content);
  return { view: apiView(core.workspace, view) };
}

function publish(args: Arguments, core: Core): JsonObject {
  const person = core.workspace.member(args.required('user_id'));
  if (!person || person.bot) throw invalidArguments('must be a valid user id: user_id');
  if (person.deactivated) throw new SlackError('user_not_found');
  const content = readView(args, 'home');
  const shown = core.workspace.views.home(person.id);
  if (shown) refuseOldHash(args, shown);
  return { view: apiView(core.workspace, core.workspace.views.publish(person.id, content)) };
}

export const viewMethods: Methods = {
  'views.open': { token: 'bot', limit: TIER.four, run: open },
  'views.push': { token: 'bot', limit: TIER.four, run: push },
  'views.update': { token: 'bot', limit: TIER.four, run: update },
  'views.publish': { token: 'bot', limit: TIER.four, run: publish },
};
