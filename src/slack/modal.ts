import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { UserError } from '../conversation/errors.js';
import type { ModalValues } from '../conversation/subcommand.js';
import type { Modal } from '../domain/report.js';
import type { SlackClients } from './clients.js';
import { classifyFailure, isLateWindow } from './failure.js';

/** The Web API methods that modals need. */
export interface ModalClient {
  readonly views: Pick<SlackClients['modals']['views'], 'open' | 'push' | 'update'>;
}

interface ModalTrigger {
  readonly triggerId: string;
  /** Set when a modal is open already: the next one lies on top of it. */
  readonly insideViewId?: string | undefined;
}

export function viewOf(modal: Modal): ModalView {
  return {
    type: 'modal',
    callback_id: modal.callbackId,
    title: { type: 'plain_text', text: modal.title },
    close: { type: 'plain_text', text: modal.close },
    ...(modal.submit === undefined ? {} : { submit: { type: 'plain_text', text: modal.submit } }),
    private_metadata: modal.privateMetadata ?? '',
    // Ours to type: Slack knows kinds of blocks that its types do not list yet.
    blocks: [...modal.blocks] as ModalView['blocks'],
  };
}

/**
 * Opens `loading` at once, because the trigger lives 3 s, then shows what `build` returns.
 * @throws UserError where it came too late; Slack's error.
 */
export async function openModal(
  client: ModalClient,
  trigger: ModalTrigger,
  loading: Modal,
  build: () => Promise<Modal>,
): Promise<void> {
  const content = { trigger_id: trigger.triggerId, view: viewOf(loading) };
  const opening = trigger.insideViewId ? client.views.push(content) : client.views.open(content);
  const opened = await opening.catch((error: unknown) => {
    if (!isLateWindow(classifyFailure(error))) throw error;
    throw new UserError('late_window', {}, { cause: error });
  });
  await updateModal(client, opened.view?.id ?? '', await build());
}

export async function updateModal(client: ModalClient, viewId: string, modal: Modal): Promise<void> {
  await client.views.update({ view_id: viewId, view: viewOf(modal) });
}

const option = z.object({ value: z.string() });
const element = z.looseObject({
  selected_option: z.unknown().optional(),
  selected_options: z.unknown().optional(),
});
const state = z.record(z.string(), z.record(z.string(), element)).catch({});

/** Slack's `view.state.values` as plain text, whatever the kind of input. */
export function modalValues(values: unknown): ModalValues {
  const blocks = Object.entries(state.parse(values ?? {}));
  return Object.fromEntries(
    blocks.map(([blockId, actions]) => {
      const plain = Object.entries(actions).map(([actionId, input]) => [actionId, inputValue(input)]);
      return [blockId, Object.fromEntries(plain)];
    }),
  );
}

const SINGLE = [
  'value',
  'selected_date',
  'selected_time',
  'selected_user',
  'selected_channel',
  'selected_conversation',
];
const MANY = ['selected_users', 'selected_channels', 'selected_conversations'];

function inputValue(input: z.output<typeof element>): string | readonly string[] | undefined {
  const one = option.safeParse(input.selected_option);
  if (one.success) return one.data.value;
  const several = z.array(option).safeParse(input.selected_options);
  if (several.success) return several.data.map((chosen) => chosen.value);
  const list = MANY.map((name) => z.array(z.string()).safeParse(input[name])).find(
    (parsed) => parsed.success,
  );
  if (list?.success) return list.data;
  return SINGLE.map((name) => input[name]).find((value) => typeof value === 'string') as string | undefined;
}
