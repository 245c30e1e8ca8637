import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.js';
import { type AskGroup, createOperatorGate } from '../../src/rollback/operator-gate.js';

const person = (id: string) => ({ id, name: id, surface: 'slack' }) as const;
const hang: AskGroup = () => new Promise(() => {});
const fail: AskGroup = async () => {
  throw new Error('slack is down');
};

function gate(askGroup: AskGroup, groups: Readonly<Record<string, readonly string[]>> = {}) {
  const roles = { requesters: [], operators: ['U0OPS', 'S0OPS'], admins: ['U0ADMIN'] };
  return createOperatorGate({
    targets: { roles, groups: new Map(Object.entries(groups)) },
    askGroup,
    clock: systemClock,
  });
}

describe('who may roll back', () => {
  test.each(['U0OPS', 'U0ADMIN', 'U0CAROL'])(
    '%s, listed in the targets file, without a word from Slack',
    async (id) => {
      expect(await gate(hang, { S0OPS: ['U0CAROL'] }).mayRollBack(person(id))).toEqual({ kind: 'yes' });
    },
  );

  test('a member that only Slack knows', async () => {
    expect(await gate(async () => ['U0NEW']).mayRollBack(person('U0NEW'))).toEqual({ kind: 'yes' });
  });

  test('nobody else', async () => {
    expect(await gate(async () => ['U0NEW']).mayRollBack(person('U0BOB'))).toEqual({ kind: 'no' });
  });

  test.each([
    ['hangs', hang],
    ['is down', fail],
  ])('when Slack %s, what it said last counts; without that nobody can tell', async (_how, away) => {
    let ask: AskGroup = async () => ['U0NEW'];
    const asked = gate((group) => ask(group));
    expect(await asked.mayRollBack(person('U0NEW'))).toEqual({ kind: 'yes' });
    ask = away;
    expect(await asked.mayRollBack(person('U0NEW'))).toEqual({ kind: 'yes' });
    expect(await gate(away).mayRollBack(person('U0NEW'))).toEqual({ kind: 'unknown' });
  });
});
