import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { ownValue } from '../domain/own-value.js';
import type { Sentence } from '../domain/sentence.js';
import { findPackageRoot } from '../machine/package-root.js';
import type { Target } from '../runbook/targets.js';
import { classifyFailure } from '../slack/failure.js';
import { asIs, type Diagnosis, type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';

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
}

/** Reading a channel needs no further scope, and is refused exactly where the bot is no member. */
async function examineChannel(client: ChannelReader, channel: string): Promise<Diagnosis> {
  const subject: Sentence = { code: 'subject_channel', facts: { channel } };
  try {
    await client.conversations.history({ channel, limit: 1 });
    return ok(subject, { code: 'bot_in_channel', facts: {} });
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

const CHANNEL_FAULTS: Readonly<Record<string, Diagnosis['seen']>> = {
  not_in_channel: { code: 'bot_not_in_channel', facts: {} },
  channel_not_found: { code: 'channel_not_found', facts: {} },
};
