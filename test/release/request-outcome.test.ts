import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ReleaseState } from '../../src/domain/release-state.js';
import { requestReportView } from '../../views/release-request.js';
import {
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

test.each<[ReleaseState, string, string]>([
  ['confirmed', 'The deploy has ended: Confirmed', '部署已结束：已确认'],
  ['reverted', 'The deploy has ended: Put back', '部署已结束：已恢复原状'],
  ['disabled', 'The deploy has ended: Turned off', '部署已结束：已自动关闭'],
])('the message of a request says how its release ended: %s', async (state, english, chinese) => {
  const { service, database } = world;
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await service.approve({ requestId, digest, person });
  await service.start({ requestId, digest, person: BOB });
  expect((await service.view(requestId))?.outcome).toBe('running');
  await database.pool.query('UPDATE lobml.releases SET state = $1, ended_at = $2', [state, world.clock.now]);
  await database.pool.query(`UPDATE lobml.release_requests SET state = 'executed'`);
  const view = await service.view(requestId);
  if (view === undefined) throw new Error('There is no request.');
  const shown = (locale: 'en' | 'zh-CN') => {
    const { text, blocks } = requestReportView(view, { locale, envPrefix: 'S__' });
    return { text, blocks: JSON.stringify(blocks) };
  };
  expect(shown('en').blocks).toContain(`*${english}*`);
  expect(shown('zh-CN').blocks).toContain(`*${chinese}*`);
  expect(shown('en').text).toContain('deploy has ended');
});

test('an approval that fills no place any more is shown, and that it fills none', async () => {
  const { service, people } = world;
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await service.approve({ requestId, digest, person });
  people.groups.set('S0RISK', []);
  // What Slack said of the groups is remembered for a moment.
  world.clock.now = new Date(world.clock.now.getTime() + 60_000);
  const view = await service.view(requestId);
  if (view === undefined) throw new Error('There is no request.');
  const [approvals = ''] = requestReportView(view, { locale: 'en', envPrefix: 'S__' })
    .blocks.map((block) => JSON.stringify(block))
    .filter((block) => block.includes('S0TRADING'));
  expect(approvals).toMatch(/✓ <!subteam\^S0TRADING>\s+<@U0CAROL>/);
  expect(approvals).toMatch(/⏳ <!subteam\^S0RISK>/);
  expect(approvals).toMatch(/✓ <@U0BOB> · .* _fills no place/);
});
