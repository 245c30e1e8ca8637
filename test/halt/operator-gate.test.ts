import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createKnownGroups } from '../../src/halt/known-groups.js';
import { type AskGroup, type OperatorGateOptions, SlackOperatorGate } from '../../src/halt/operator-gate.js';
import { systemClock } from '../../src/time/clock.js';
import { eventually } from '../sandbox/host/eventually.js';

const person = (id: string) => ({ id, name: id, surface: 'slack' }) as const;
const hang: AskGroup = () => new Promise(() => {});
const fail: AskGroup = async () => {
  throw new Error('slack is down');
};

function gate(
  askGroup: AskGroup,
  groups: Readonly<Record<string, readonly string[]>> = {},
  more: Partial<OperatorGateOptions> = {},
) {
  const roles = { requesters: [], operators: ['U0OPS', 'S0OPS'], admins: ['U0ADMIN'] };
  return new SlackOperatorGate({
    targets: { roles, groups: new Map(Object.entries(groups)) },
    askGroup,
    clock: systemClock,
    ...more,
  });
}

describe('who may halt', () => {
  test.each(['U0OPS', 'U0ADMIN', 'U0CAROL'])(
    '%s, listed in the targets file, without a word from Slack',
    async (id) => {
      expect(await gate(hang, { S0OPS: ['U0CAROL'] }).mayHalt(person(id))).toEqual({ kind: 'yes' });
    },
  );

  test('a member that only Slack knows', async () => {
    expect(await gate(async () => ['U0NEW']).mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
  });

  test('nobody else', async () => {
    expect(await gate(async () => ['U0NEW']).mayHalt(person('U0BOB'))).toEqual({ kind: 'no' });
  });

  test.each([
    ['hangs', hang],
    ['is down', fail],
  ])('when Slack %s, what it said last counts; without that nobody can tell', async (_how, away) => {
    let ask: AskGroup = async () => ['U0NEW'];
    const asked = gate((group) => ask(group));
    expect(await asked.mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
    ask = away;
    expect(await asked.mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
    expect(await gate(away).mayHalt(person('U0NEW'))).toEqual({ kind: 'unknown' });
  });

  test('a known member waits for nobody, also after a restart of the bot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'known-groups-'));
    try {
      const known = createKnownGroups(folder);
      const first = gate(async () => ['U0NEW'], {}, { known });
      expect(await first.mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
      await eventually('it is kept', async () => (await known.read()).size === 1);
      let asked = 0;
      // The clock stands still: whatever waited would wait for ever.
      const clock = { ...systemClock, sleep: () => new Promise<never>(() => {}) };
      const ask: AskGroup = (group) => {
        asked += 1;
        return hang(group);
      };
      const restarted = gate(ask, {}, { known, clock });
      expect(await restarted.mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
      expect(asked).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('the groups are asked for before anybody clicks', async () => {
    const ended = new AbortController();
    let ask: AskGroup = async () => ['U0NEW'];
    let asked = 0;
    const warm = gate(
      async (group) => {
        asked += 1;
        return ask(group);
      },
      {},
      { warmUntil: ended.signal },
    );
    await eventually('they were asked for', async () => asked === 1);
    ask = hang;
    expect(await warm.mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
    ended.abort();
  });

  test.each([
    ['whom Slack has named', 'U0NEW', 'yes'],
    ['of somebody else', 'U0BOB', 'no'],
  ])('forty clicks of one moment are one look-up: %s', async (_whose, id, kind) => {
    let asked = 0;
    const clicked = gate(async () => {
      asked += 1;
      return ['U0NEW'];
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => clicked.mayHalt(person(id))));
    expect(answers).toEqual(Array.from({ length: 40 }, () => ({ kind })));
    expect(asked).toBe(1);
  });

  test('a no from before is asked afresh', async () => {
    let members = ['U0OLD'];
    let now = 0;
    const clock = { ...systemClock, monotonic: () => now };
    const asked = gate(async () => members, {}, { clock });
    expect(await asked.mayHalt(person('U0NEW'))).toEqual({ kind: 'no' });
    members = ['U0NEW'];
    now = 3_000;
    expect(await asked.mayHalt(person('U0NEW'))).toEqual({ kind: 'yes' });
  });
});
