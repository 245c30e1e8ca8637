import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { findPackageRoot } from '../machine/package-root.js';
import type { Targets } from '../runbook/targets.js';
import { classifyFailure } from '../slack/failure.js';
import { alike, type Diagnosis, type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';

const SUBJECT = alike('Slack');

/** The token, its scopes against those of the manifest, and every channel that the targets file names. */
export function examineSlack(
  { slack }: Pick<Config, 'slack'>,
  targets: Pick<Targets, 'targets'>,
): Examination {
  return {
    subject: SUBJECT,
    wayOut: {
      en: 'Reinstall the app from manifest.json and copy its tokens again.',
      'zh-CN': '请用 manifest.json 重新安装应用，并重新复制令牌。',
    },
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
      const token = ok(SUBJECT, {
        en: `${user} in ${team}, by ${kind}`,
        'zh-CN': `${team} 中的 ${user}，${kind}`,
      });
      const channels = [...targets.targets.values()].flatMap((target) =>
        Object.values(target.channels ?? {}),
      );
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
  seen: { en: 'not configured; the terminal works without it', 'zh-CN': '未配置；终端无需 Slack 也可使用' },
  wayOut: {
    en: 'Set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET, to run the bot.',
    'zh-CN': '要运行机器人，请设置 SLACK_BOT_TOKEN，以及 SLACK_APP_TOKEN 或 SLACK_SIGNING_SECRET。',
  },
};

const manifestSchema = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});

function scopesDiagnosis(given: readonly string[] | undefined): Diagnosis {
  const subject = { en: 'Slack scopes', 'zh-CN': 'Slack 权限范围' };
  const file = join(findPackageRoot(import.meta.url), 'manifest.json');
  const wanted = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).oauth_config.scopes.bot;
  const wayOut = {
    en: 'Put manifest.json into the app’s settings, reinstall it to the workspace, and copy the token again.',
    'zh-CN': '请将 manifest.json 更新到应用设置，重新安装到工作区，并重新复制令牌。',
  };
  if (given === undefined) {
    const seen = { en: 'Slack does not say what the token may do', 'zh-CN': 'Slack 没有说明令牌的权限' };
    return { subject, state: 'warning', seen, wayOut };
  }
  const missing = wanted.filter((scope) => !given.includes(scope));
  if (missing.length === 0) return ok(subject, alike(wanted.join(', ')));
  const names = missing.join(', ');
  return {
    subject,
    state: 'fault',
    seen: { en: `the token lacks ${names}`, 'zh-CN': `令牌缺少 ${names}` },
    wayOut,
  };
}

interface ChannelReader {
  readonly conversations: { history(of: { channel: string; limit: number }): Promise<unknown> };
}

/** Reading a channel needs no further scope, and is refused exactly where the bot is no member. */
async function examineChannel(client: ChannelReader, channel: string): Promise<Diagnosis> {
  const subject = { en: `channel ${channel}`, 'zh-CN': `频道 ${channel}` };
  try {
    await client.conversations.history({ channel, limit: 1 });
    return ok(subject, { en: 'the bot is in it', 'zh-CN': '机器人在该频道中' });
  } catch (error) {
    const failure = classifyFailure(error);
    const code = failure.kind === 'refused' ? failure.code : failure.kind;
    return {
      subject,
      state: 'fault',
      seen: CHANNEL_FAULTS[code] ?? alike(code),
      wayOut: {
        en: 'Correct `channels` in the targets file, or invite the bot there: /invite @lobml.',
        'zh-CN': '请更正 targets 文件中的 `channels`，或在该频道邀请机器人：/invite @lobml。',
      },
      ...(failure.kind === 'refused' ? {} : { isAway: true }),
    };
  }
}

const CHANNEL_FAULTS: Readonly<Record<string, Diagnosis['seen']>> = {
  not_in_channel: { en: 'the bot is not in it', 'zh-CN': '机器人不在该频道中' },
  channel_not_found: {
    en: 'there is no such channel, or it is private and the bot is not in it',
    'zh-CN': '没有该频道，或该频道是私有的且机器人不在其中',
  },
};
