import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluateQuorum, judgeApprover, type QuorumPolicy, type Standing } from '../../src/domain/quorum.js';

const TRADING = 'S0TRADING';
const RISK = 'S0RISK';
const LIVE: QuorumPolicy = { quorum: 2, groups: [TRADING, RISK] };
const ANY_TWO: QuorumPolicy = { quorum: 2, groups: [] };

const member = (personId: string, ...groups: string[]): Standing => ({
  personId,
  isActiveMember: true,
  groups,
  isListed: false,
});
const listed = (personId: string): Standing => ({ ...member(personId), isListed: true });
const inactive = (personId: string, ...groups: string[]): Standing => ({
  ...member(personId, ...groups),
  isActiveMember: false,
});

describe('a quorum', () => {
  test.each<[string, QuorumPolicy, readonly Standing[], boolean]>([
    ['nobody', LIVE, [], false],
    ['one from each group', LIVE, [member('bob', RISK), member('carol', TRADING)], true],
    ['two from the same group', LIVE, [member('carol', TRADING), member('dan', TRADING)], false],
    ['one person in both groups fills one place', LIVE, [member('bob', RISK, TRADING)], false],
    [
      'a person in both groups moves to where nobody else fits',
      LIVE,
      [member('bob', TRADING, RISK), member('carol', TRADING)],
      true,
    ],
    ['one person who clicks twice', LIVE, [member('bob', RISK), member('bob', RISK)], false],
    ['a listed person fills no place of a group', LIVE, [member('bob', RISK), listed('dave')], false],
    ['the requester', LIVE, [member('bob', RISK), member('requester', TRADING)], false],
    ['a guest, a bot or a deactivated user', LIVE, [member('bob', RISK), inactive('erin', TRADING)], false],
    ['two listed people where no group is asked for', ANY_TWO, [listed('bob'), listed('carol')], true],
    ['strangers', ANY_TWO, [member('bob'), member('carol')], false],
    [
      'more groups than people asked for',
      { quorum: 1, groups: [TRADING, RISK] },
      [member('bob', RISK)],
      false,
    ],
  ])('%s: %#', (_name, policy, approvers, reached) => {
    expect(evaluateQuorum(policy, 'requester', approvers).reached).toBe(reached);
  });

  test('names who fills which place, and which are free', () => {
    const { places } = evaluateQuorum({ quorum: 3, groups: [RISK] }, 'requester', [
      listed('dave'),
      member('bob', RISK),
    ]);
    expect(places).toEqual([
      { group: RISK, personId: 'bob' },
      { group: undefined, personId: 'dave' },
      { group: undefined, personId: undefined },
    ]);
  });

  test('one person more is asked for where nobody knows who asked', () => {
    const approvers = [member('bob', RISK), member('carol', TRADING)];
    expect(evaluateQuorum(LIVE, undefined, approvers).reached).toBe(false);
    expect(evaluateQuorum(LIVE, undefined, [...approvers, listed('dave')]).reached).toBe(true);
  });

  test('says why somebody does not count', () => {
    expect(judgeApprover(member('requester', RISK), 'requester')).toMatchObject({ reason: 'self_approval' });
    expect(judgeApprover(inactive('erin', RISK), 'requester')).toMatchObject({ reason: 'not_active_member' });
    expect(judgeApprover(member('dave'), 'requester')).toMatchObject({ reason: 'not_an_approver' });
  });
});

describe('for any policy and any approvers', () => {
  const group = fc.constantFrom('S1', 'S2', 'S3');
  const policy = fc.record({
    quorum: fc.integer({ min: 1, max: 4 }),
    groups: fc.uniqueArray(group, { maxLength: 3 }),
  });
  const standing = fc.record({
    personId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'requester'),
    isActiveMember: fc.boolean(),
    groups: fc.uniqueArray(group, { maxLength: 3 }),
    isListed: fc.boolean(),
  });
  const approvers = fc.uniqueArray(standing, { selector: ({ personId }) => personId, maxLength: 6 });

  test('the order of the clicks does not matter', () => {
    fc.assert(
      fc.property(policy, approvers, (rules, people) => {
        const reversed = evaluateQuorum(rules, 'requester', [...people].reverse());
        expect(reversed.reached).toBe(evaluateQuorum(rules, 'requester', people).reached);
      }),
    );
  });

  test('it is reached exactly when some seating fills every place', () => {
    fc.assert(
      fc.property(policy, approvers, (rules, people) => {
        const { reached, places } = evaluateQuorum(rules, 'requester', people);
        const counting = people.filter((person) => judgeApprover(person, 'requester').kind === 'counts');
        const free = Math.max(rules.quorum - rules.groups.length, 0);
        expect(reached).toBe(canSeat([...rules.groups, ...Array(free).fill(undefined)], counting));
        const seated = places.flatMap(({ personId }) => personId ?? []);
        expect(new Set(seated).size).toBe(seated.length);
      }),
    );
  });

  test('one approval more never takes a quorum away', () => {
    fc.assert(
      fc.property(policy, approvers, standing, (rules, people, further) => {
        if (!evaluateQuorum(rules, 'requester', people).reached) return;
        expect(evaluateQuorum(rules, 'requester', [...people, further]).reached).toBe(true);
      }),
    );
  });
});

/** Tries every assignment of approvers to places. */
function canSeat(places: readonly (string | undefined)[], people: readonly Standing[]): boolean {
  const [place, ...others] = places;
  if (places.length === 0) return true;
  return people.some((person, index) => {
    const fits = place === undefined || person.groups.includes(place);
    return fits && canSeat(others, people.toSpliced(index, 1));
  });
}
