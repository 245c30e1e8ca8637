import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Drill, plannedParts } from '../../src/domain/drill.js';
import type { Person } from '../../src/domain/person.js';
import { insertMessage } from '../../src/messages/message-store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRememberingSlack, createTestKeeper, type RememberingSlack } from '../support/keeping.js';

const TARGETS = {
  targets: new Map([['live', { channels: { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' } }]]),
  roles: { operators: ['S0OPS'] },
};
const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;

let database: TestDatabase;
let slack: RememberingSlack;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  slack = createRememberingSlack();
});

const drillOf = (requestedBy: Person, more: Partial<Drill> = {}): Drill => ({
  drillId: randomUUID(),
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'rehearsal',
  state: 'acting',
  requestedBy,
  requestedAt: '2026-03-01T12:00:00.000Z',
  haltId: null,
  parts: plannedParts({ kind: 'rehearsal', hasChannels: true, hasVenue: true }),
  seenBy: null,
  endedAt: null,
  ...more,
});

const keeperOf = (drill: () => Drill) =>
  createTestKeeper({
    pool: database.pool,
    announcer: slack,
    targets: TARGETS,
    drills: { get: async () => drill(), before: async () => [] },
  });

const texts = () => [...slack.standing.values()].map(({ channel, report }) => `${channel} ${report.text}`);

test('of a drill of a terminal the bot posts report and alarm', async () => {
  const drill = drillOf({ ...CAROL, surface: 'terminal' });
  await keeperOf(() => drill).show(`drill:${drill.drillId}`);
  expect(texts()).toEqual([
    expect.stringMatching(/^C0INCIDENTS .*test alarm: <!subteam\^S0OPS> In an incident/),
    expect.stringMatching(/^C0RELEASES .*Drill going on/),
  ]);
});

test('of one that was begun in Slack the report stands once, where it was asked for', async () => {
  let drill = drillOf(CAROL);
  const subject = `drill:${drill.drillId}` as const;
  const keeper = keeperOf(() => drill);
  // Before whoever asked has posted it.
  await keeper.show(subject);
  expect(texts()).toEqual([expect.stringMatching(/^C0INCIDENTS /)]);
  slack.standing.set('7', {
    ...{ channel: 'C0RANDOM', key: '', threadTs: undefined },
    report: { text: 'Drill going on', blocks: [] },
  });
  await insertMessage(database.pool, { subject, role: 'report', channel: 'C0RANDOM', ts: '7' }, new Date());
  drill = { ...drill, state: 'good', seenBy: CAROL, endedAt: '2026-03-01T12:05:00.000Z' };
  await keeper.show(subject);
  expect(texts()).toEqual([
    expect.stringMatching(/^C0INCIDENTS .*Seen by <@U0CAROL>/),
    expect.stringMatching(/^C0RANDOM .*DRILL GOOD/),
  ]);
});
