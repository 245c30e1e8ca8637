import { expect, test } from '@jest/globals';
import { tellUnreadable } from '../../src/app/tell-unreadable.js';
import type { Report } from '../../src/domain/report.js';
import { startHaltUpkeep } from '../../src/halt/upkeep.js';
import { parseTargets } from '../../src/runbook/targets.js';
import type { Clock } from '../../src/time/clock.js';
import { say } from '../../views/sentence.js';

const source = {
  ...{ defaultTarget: 'live', roles: { operators: ['U1'] } },
  targets: {
    live: {
      ...{ approval: { quorum: 1 }, channels: { reports: 'C0REPORTS', incidents: 'C0INCIDENTS' } },
      hosts: [
        {
          ...{ name: 'h1', environmentFiles: ['/etc/live.env'] },
          service: { manager: 'systemd', unit: 'ploy.service' },
        },
      ],
    },
  },
};
const targets = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source)));

test('it stands in the channel of incidents, until Slack takes it, once', async () => {
  const posted: string[] = [];
  const logged: string[] = [];
  let refusals = 1;
  const postIn = async (channel: string, { text }: Report) => {
    if (refusals-- > 0) throw new Error('ratelimited');
    posted.push(`${channel}: ${text}`);
    return { ref: undefined, update: () => {}, finish: async () => {} };
  };
  let looks = 0;
  const turns: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: () => new Promise<void>((resolve) => turns.push(resolve)),
  };
  const end = startHaltUpkeep({
    killSwitch: { resume: async () => [], watchTerminals: async () => [] },
    audit: { flush: async () => 0 },
    announcer: { resume: () => {}, refresh: () => {} },
    superseded: async () => [],
    targets: targets.targets,
    unreadable: async () => {
      looks += 1;
      return ['/data/halts/one.json'];
    },
    onUnreadable: (files) =>
      tellUnreadable(files, { targets, postIn }, { say }, { dataDir: '/data', locale: 'en' }),
    clock,
    logger: {
      info: () => {},
      warn: () => {},
      error: (_facts: unknown, text?: string) => logged.push(String(text)),
    },
  });
  for (let turn = 1; turn <= 4; turn += 1) {
    while (turns.length < 1 || looks < turn) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    turns.shift()?.();
  }
  end();
  expect(posted).toEqual([
    expect.stringMatching(
      /^C0INCIDENTS: 🚨 the bot may not read \/data\/halts\/one\.json: .*chown -R --reference=\/data/,
    ),
  ]);
  expect(logged.length).toBe(2);
});
