import { z } from 'zod';

/** What the bot reads of Slack's payloads, checked at the boundary. */

const user = z.object({ id: z.string(), name: z.string().optional(), username: z.string().optional() });
const view = z.object({
  id: z.string(),
  type: z.string().optional(),
  title: z.object({ text: z.string() }).optional(),
  close: z.object({ text: z.string() }).nullish(),
  callback_id: z.string().default(''),
  private_metadata: z.string().default(''),
  state: z.object({ values: z.unknown() }).optional(),
});

export const commandBody = z.object({
  text: z.string().default(''),
  user_id: z.string(),
  user_name: z.string().default(''),
  channel_id: z.string(),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
});

export const clickBody = z.object({
  user,
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
  container: z.object({ channel_id: z.string().optional(), message_ts: z.string().optional() }).optional(),
  view: view.optional(),
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
  actions: z.array(z.looseObject({ action_id: z.string(), value: z.string().optional() })).min(1),
});

export const submissionBody = z.object({ user, view, trigger_id: z.string().optional() });

export const homeOpened = z.object({ user: z.string(), tab: z.string().optional() });

export const mention = z.object({
  user: z.string(),
  text: z.string(),
  channel: z.string(),
  ts: z.string(),
  thread_ts: z.string().optional(),
});

export type ClickBody = z.output<typeof clickBody>;
type SlackUser = z.output<typeof user>;

/** The name to show beside an id; Slack's own mention shows it better where mentions work. */
export function nameOf(slackUser: SlackUser): string {
  return slackUser.name ?? slackUser.username ?? slackUser.id;
}

const chosen = z.object({ value: z.string() });

/** The value of the button, or of the option that was chosen. */
export function actionValue(action: ClickBody['actions'][number]): string {
  const option = chosen.safeParse(action.selected_option);
  return action.value ?? (option.success ? option.data.value : '');
}
