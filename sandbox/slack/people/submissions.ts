import { SlackError } from '../api/slack-error.js';
import { checkedView, STACK_DEPTH } from '../api/view-methods.js';
import { isObject, type JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import type { Courier } from '../delivery/courier.js';
import type { Ack } from '../delivery/transport.js';
import type { Member, StateValues, View } from '../model.js';
import { inputErrors, stateOf } from './input-state.js';
import { closedPayload, submissionPayload } from './payloads.js';

function showErrors(core: Core, view: View, errors: unknown): void {
  // Only an input has room for an error: Slack refuses one that is keyed to another block.
  const inputs = view.content.blocks.filter((block) => block.type === 'input');
  const blockIds = inputs.map((block) => block.block_id);
  const valid =
    isObject(errors) &&
    Object.keys(errors).length > 0 &&
    Object.entries(errors).every(([id, text]) => blockIds.includes(id) && typeof text === 'string');
  if (!valid) throw new SlackError('invalid_arguments');
  core.workspace.views.showErrors(view, errors as Record<string, string>);
}

/** Does what the app asks for in its acknowledgement. @throws SlackError when Slack would refuse it. */
function follow(core: Core, person: Member, view: View, body: unknown): void {
  const { views } = core.workspace;
  const action = isObject(body) ? body.response_action : undefined;
  switch (action) {
    case undefined:
      views.pop(person.id);
      break;
    case 'clear':
      views.clear(person.id);
      break;
    case 'errors':
      showErrors(core, view, (body as JsonObject).errors);
      break;
    case 'update':
      views.update(view, checkedView((body as JsonObject).view, 'modal'));
      break;
    case 'push':
      if (views.stack(person.id).length >= STACK_DEPTH) throw new SlackError('push_limit_reached');
      views.push(person.id, checkedView((body as JsonObject).view, 'modal'));
      break;
    default:
      throw new SlackError('invalid_arguments');
  }
}

/** The person submits the view on top. What goes wrong leaves it open and tells the person. */
export async function submitView(
  core: Core,
  courier: Courier,
  person: Member,
  view: View,
  given: StateValues,
): Promise<Ack | undefined> {
  const { views } = core.workspace;
  const fail = (error: string) => {
    const text = `We had some trouble connecting. Try again? (${error})`;
    core.workspace.notify({ user: person.id, text });
  };
  view.values = stateOf(view.content.blocks, { ...view.values, ...given });
  const errors = inputErrors(view.content.blocks, view.values);
  views.showErrors(view, Object.keys(errors).length > 0 ? errors : undefined);
  if (Object.keys(errors).length > 0) return undefined;
  const ack = await courier.deliver({ kind: 'interactive', payload: submissionPayload(core, person, view) });
  if (!ack.ok) {
    fail(ack.error);
    return ack;
  }
  try {
    follow(core, person, view, ack.body);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    fail(error.code);
  }
  return ack;
}

/** The person closes the view on top; the app hears of it only when the view asks for that. */
export async function closeView(core: Core, courier: Courier, person: Member, view: View): Promise<void> {
  const clear = view.content.clear_on_close === true;
  const payload = closedPayload(core, person, view, clear);
  if (clear) core.workspace.views.clear(person.id);
  else core.workspace.views.pop(person.id);
  if (view.content.notify_on_close === true) await courier.deliver({ kind: 'interactive', payload });
}
