import type { App } from '@slack/bolt';
import type { Locale } from '../domain/localized.js';
import { plainValue } from '../domain/plain-text.js';
import type { Say } from '../domain/sentence.js';
import type { Clock } from '../time/clock.js';
import { COMMAND } from './command-name.js';
import { type Dispatch, withoutMentions } from './dispatch.js';
import type { Intake } from './intake.js';
import { clickBody, homeOpened, mention, submissionBody } from './interaction.js';
import type { ModalClient } from './modal.js';
import type { DescribeProblem } from './problem.js';
import { answerSubmission } from './submission.js';

interface ListenerOptions<Services> {
  readonly intake: Intake;
  readonly dispatch: Dispatch<Services>;
  readonly client: ModalClient;
  readonly clock: Clock;
  readonly locale: Locale;
  readonly say: Say;
  readonly describe: DescribeProblem;
  readonly publishHome: (userId: string) => Promise<void>;
}

/** The five kinds of things that Slack delivers. Bolt acknowledges events by itself. */
export function registerListeners<Services>(app: App, options: ListenerOptions<Services>): void {
  const { intake, dispatch, client, clock, say, describe, publishHome } = options;
  const acknowledged = async () => undefined;

  app.command(COMMAND, async ({ ack, body }) => {
    const delivery = {
      kind: 'command',
      body,
      ack: () => ack(),
      urgent: dispatch.isUrgent(body.text),
    } as const;
    await intake.accept(delivery, () => dispatch.command(body));
  });

  app.action(/[\s\S]*/, async ({ ack, body: raw }) => {
    const parsed = clickBody.safeParse(raw);
    if (!parsed.success) return await intake.acknowledge(() => ack());
    const body = parsed.data;
    const entry = dispatch.action(body);
    const delivery = { kind: 'click', body: raw, ack: () => ack(), urgent: entry?.urgent ?? false } as const;
    await intake.accept(delivery, () => dispatch.click(body, entry));
  });

  app.view({ callback_id: /[\s\S]*/, type: 'view_submission' }, async ({ ack, body: raw }) => {
    const parsed = submissionBody.safeParse(raw);
    if (!parsed.success) return await intake.acknowledge(() => ack());
    const body = parsed.data;
    const { conversation, handle } = dispatch.submission(body);
    const context = { work: body.view.callback_id, user: body.user.id };
    await intake.answer({ kind: 'submission', body: raw, ack: () => ack() }, () =>
      answerSubmission({
        body,
        conversation,
        handle,
        ack: (answer) => intake.acknowledge(() => (answer === undefined ? ack() : ack(plainValue(answer)))),
        client,
        clock,
        say,
        describe: (error) => describe(error, context),
      }),
    );
  });

  app.event('app_home_opened', async ({ body, event }) => {
    const visit = homeOpened.parse(event);
    if (visit.tab === 'messages') return;
    await intake.accept({ kind: 'event', body, ack: acknowledged }, () => publishHome(visit.user));
  });

  app.event('app_mention', async ({ body, event }) => {
    const parsed = mention.safeParse(event);
    if (!parsed.success) return;
    const urgent = dispatch.isUrgent(withoutMentions(parsed.data.text));
    const delivery = { kind: 'event', body, ack: acknowledged, urgent } as const;
    await intake.accept(delivery, () => dispatch.mention(parsed.data));
  });
}
