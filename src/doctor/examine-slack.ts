import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import { ownValue } from '../domain/own-value.js';
import type { Sentence } from '../domain/sentence.js';
import { findPackageRoot } from '../machine/package-root.js';
import type { Target } from '../runbook/targets.js';
import { classifyFailure } from '../slack/failure.js';
import { asIs, type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';

const SUBJECT = asIs('Slack');

/** The token, its scopes against those of the manifest, and every channel that the targets file names. */
export function examineSlack({ slack }: Pick<Config, 'slack'>, targets: readonly Target[]): Examination {
  return {
    subject: SUBJECT,
    wayOut: { code: 'do_reinstall_app', facts: {} },
    async examine() {
      if (slack === undefined) return [notConfigured];
      const { WebClient } = await import('./web-client.js');
      const client = new WebClient(slack.botToken.reveal(), {
        ...(slack.apiUrl === undefined ? {} : { slackApiUrl: slack.apiUrl }),
        retryConfig: { retries: 0 },
        timeout: QUESTION_TIMEOUT_MS,
      });
      const { user = 'the bot', team = '-', response_metadata: about } = await client.auth.test();
      const { kind } = slack.transport;
      const token = ok(SUBJECT, { code: 'slack_identity', facts: { user, team, kind } });
      const channels = targets.flatMap((target) => Object.values(target.channels ?? {}));
      const rooms = await Promise.all(
        [...new Set(channels)].map((channel) => examineChannel(client, channel)),
      );
      return [token, scopesDiagnosis(about?.scopes), ...rooms];
    },
  };
}

const notConfigured: Diagnosis = {
  subject: SUBJECT,
  state: 'warning',
  seen: { code: 'slack_not_configured', facts: {} },
  wayOut: { code: 'do_set_slack_tokens', facts: {} },
};

const manifestSchema = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});

function scopesDiagnosis(given: readonly string[] | undefined): Diagnosis {
  const subject: Sentence = { code: 'subject_scopes', facts: {} };
  const file = join(findPackageRoot(import.meta.url), 'manifest.json');
  const wanted = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).oauth_config.scopes.bot;
  const wayOut: Sentence = { code: 'do_install_manifest', facts: {} };
  if (given === undefined) {
    const seen: Sentence = { code: 'scopes_unknown', facts: {} };
    return { subject, state: 'warning', seen, wayOut };
  }
  const missing = wanted.filter((scope) => !given.includes(scope));
  if (missing.length === 0) return ok(subject, asIs(wanted.join(', ')));
  const names = missing.join(', ');
  return {
    subject,
    state: 'fault',
    seen: { code: 'scopes_missing', facts: { names } },
    wayOut,
  };
}

interface ChannelReader {
  readonly conversations: { history(of: { channel: string; limit: number }): Promise<unknown> };
  readonly chat: {
    scheduleMessage(of: {
      channel: string;
      text: string;
      post_at: number;
    }): Promise<{ scheduled_message_id?: string }>;
    deleteScheduledMessage(of: { channel: string; scheduled_message_id: string }): Promise<unknown>;
  };
}

/** So late that nothing is posted before it is taken back; Slack takes at most 120 days. */
const POSTED_AFTER_SECS = 100 * 24 * 3_600;

/** Reading a channel needs no further scope, and is refused exactly where the bot is no member. */
async function examineChannel(client: ChannelReader, channel: string): Promise<Diagnosis> {
  const subject: Sentence = { code: 'subject_channel', facts: { channel } };
  try {
    await client.conversations.history({ channel, limit: 1 });
    const refused = await faultOfPosting(client, channel);
    if (refused === undefined) return ok(subject, { code: 'bot_in_channel', facts: {} });
    const seen: Sentence = { code: 'channel_takes_nothing', facts: { code: refused } };
    return { subject, state: 'fault', seen, wayOut: { code: 'do_allow_posting', facts: {} } };
  } catch (error) {
    const failure = classifyFailure(error);
    const code = failure.kind === 'refused' ? failure.code : failure.kind;
    return {
      subject,
      state: 'fault',
      seen: ownValue(CHANNEL_FAULTS, code) ?? asIs(code),
      wayOut: { code: 'do_correct_channels', facts: {} },
      ...(failure.kind === 'refused' ? {} : { isAway: true }),
    };
  }
}

/** A message for much later is accepted or refused like any other, and taken back at once: nobody sees it. */
async function faultOfPosting({ chat }: ChannelReader, channel: string): Promise<string | undefined> {
  const post_at = Math.floor(Date.now() / 1000) + POSTED_AFTER_SECS;
  try {
    const { scheduled_message_id } = await chat.scheduleMessage({ channel, text: 'lobml doctor', post_at });
    if (scheduled_message_id !== undefined)
      await chat.deleteScheduledMessage({ channel, scheduled_message_id });
    return undefined;
  } catch (error) {
    const failure = classifyFailure(error);
    if (failure.kind !== 'refused') throw error;
    return failure.code;
  }
}

const CHANNEL_FAULTS: Readonly<Record<string, Diagnosis['seen']>> = {
  not_in_channel: { code: 'bot_not_in_channel', facts: {} },
  channel_not_found: { code: 'channel_not_found', facts: {} },
};
